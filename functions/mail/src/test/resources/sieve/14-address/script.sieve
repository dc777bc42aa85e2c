require ["imap4flags", "subaddress"];
if address "from" "TIM@example.com" { addflag "all"; }
if address :localpart "from" "tim" { addflag "lp"; }
if address :domain :is "to" "example.net" { addflag "dom"; }
if address :all "cc" "bob@example.net" { addflag "grp"; }
if address :localpart :is "cc" "carol" { addflag "cm"; }
if not address :contains "from" "enchanter" { addflag "name"; }
if address :user "to" "ann" { addflag "user"; }
if address :detail "to" "lists" { addflag "det"; }
if not address :detail :contains "from" "" { addflag "nodet"; }
