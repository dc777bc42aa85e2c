require ["body", "imap4flags"];
if body :text :contains "XHTML Hello" { addflag "a"; }
if not body :text :contains "html>" { addflag "b"; }
if not body :text :contains "Stupid" { addflag "c"; }
if not body :content "text" :contains "Unknown" { addflag "d"; }
if body :text :contains "Plain" { addflag "e"; }
