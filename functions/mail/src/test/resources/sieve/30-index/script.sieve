require ["index", "imap4flags"];
if header :index 1 "x" "one" { addflag "1"; }
if header :index 2 "x" "two" { addflag "2"; }
if header :index 1 :last "x" "three" { addflag "l"; }
if header :last :index 2 "x" "two" { addflag "l2"; }
if not header :index 4 :contains "x" "" { addflag "no"; }
if header :index 2 ["from", "x"] "one" { addflag "all"; }
