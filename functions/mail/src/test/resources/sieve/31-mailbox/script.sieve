require ["mailbox", "fileinto", "imap4flags", "copy"];
if mailboxexists ["INBOX", "Work"] { addflag "a"; }
if not mailboxexists "New" { addflag "b"; }
fileinto :copy :create "New";
if mailboxexists "New" { addflag "c"; }
