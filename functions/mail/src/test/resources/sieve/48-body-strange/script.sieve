require ["body", "imap4flags", "relational"];
if body :text :contains "XHTML Hello" { addflag "a"; }
if not body :text :contains "html>" { addflag "b"; }
if not body :text :contains "Stupid" { addflag "c"; }
if not body :content "text" :contains "Unknown" { addflag "d"; }
if body :text :contains "Plain" { addflag "e"; }
if body :content "multipart/mixed" :contains "" { addflag "f"; }
if body :content "multipart" :count "eq" "1" { addflag "g"; }
