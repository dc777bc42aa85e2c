require ["body", "imap4flags"];
if not body :raw :contains "" { addflag "a"; }
if not body :matches "*" { addflag "b"; }
