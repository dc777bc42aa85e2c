require ["environment", "imap4flags"];
if environment "location" "MDA" { addflag "a"; }
if environment :matches "name" "Sky*" { addflag "b"; }
if not environment :contains "no.such" "" { addflag "c"; }
