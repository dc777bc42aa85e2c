require ["body", "imap4flags", "fileinto", "relational"];
if body :raw :contains "=3D" { addflag "raw"; }
if body :text :contains "naïve = yes" { addflag "text"; }
if body :contains "naïve" { addflag "default"; }
if body :content "text/html" :contains "<b>" { addflag "html"; }
if not body :text :contains "<b>" { addflag "nohtml"; }
if body :text :contains "Bold & brave" { addflag "words"; }
if body :content "application/x-notes" :is "attached" { addflag "b64"; }
if body :content "" :contains "attached" { addflag "any"; }
if not body :content "text/" :contains "" { addflag "slash"; }
if body :content "multipart" :contains "preamble" { addflag "pre"; }
if body :content "multipart" :contains "" { addflag "mp"; }
if body :content "message/rfc822" :contains "Subject: inner" { addflag "nest"; }
if body :content "text/plain" :contains "inner text" { addflag "inner"; }
if body :count "eq" :content "text" "3" { addflag "count"; }
if body :count "eq" :content "multipart" "1" { addflag "one"; }
