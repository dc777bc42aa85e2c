require ["regex", "imap4flags"];
if header :regex "subject" "^h.*world$" { addflag "a"; }
if header :regex "subject" "THERE|nothing" { addflag "b"; }
if not header :comparator "i;octet" :regex "subject" "THERE" { addflag "c"; }
if header :regex "x-mixed" "[[:alpha:]]{7} l[^a-z]?T" { addflag "d"; }
if header :regex "x-count" "^[0-9]$" { addflag "e"; }
if not header :regex "x-count" "^[0-9]{2,}$" { addflag "f"; }
if address :regex "to" "^ann\\+[a-z]+@example\\.net$" { addflag "g"; }
if not header :regex "subject" "(a*)*b$" { addflag "h"; }
