require ["imap4flags", "envelope"];
if envelope :is "from" "" { addflag "null"; }
if envelope :domain :is "from" "" { addflag "any"; }
