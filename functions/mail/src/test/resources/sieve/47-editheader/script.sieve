require ["editheader", "fileinto", "imap4flags"];
fileinto "Work";
addheader "X-First" "one";
addheader :last "X-Last" "größer
 als je";
deleteheader :matches "X-Count" "?";
deleteheader :is "X-Mixed" "nothing like it";
deleteheader "Received";
if exists "x-first" { addflag "seen"; }
if not exists "x-count" { addflag "gone"; }
keep;
