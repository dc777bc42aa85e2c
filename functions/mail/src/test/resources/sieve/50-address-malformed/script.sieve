require "imap4flags";
if not address :localpart "from" "stephan" { addflag "a"; }
if not address :domain "to" "example.org" { addflag "b"; }
if address :all "resent-to" "" { addflag "c"; }
if address "cc" "nonsense" { addflag "d"; }
if not address :domain "reply-to" "example.org" { addflag "e"; }
