require ["imap4flags", "variables"];
set "v" "NonJunk gnus-forward $Junk";
if hasflag :contains "v" "label forward" { addflag "a"; }
if not hasflag :contains "v" ["label1", "label2"] { addflag "b"; }
if not hasflag "" { addflag "c"; }
if hasflag :matches "v" "$*" { addflag "d"; }
