require ["fileinto", "imap4flags", "mailbox", "envelope"];
if header :contains "subject" "你好" { fileinto :create "收件箱/工作"; }
if address :domain "from" "例子.example" { addflag "d"; }
