require ["imap4flags", "envelope", "subaddress"];
if envelope "from" "tim@example.com" { addflag "from"; }
if envelope :domain :is "from" "example.com" { addflag "dom"; }
if envelope :localpart "to" "me+x" { addflag "to"; }
if envelope :detail "to" "x" { addflag "det"; }
