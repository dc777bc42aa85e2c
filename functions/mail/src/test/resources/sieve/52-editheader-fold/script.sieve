require ["editheader", "imap4flags", "variables"];
set "long" "This is very long header content, folded to fit inside multiple header lines. This may cause problems, so that is why it is tested here.";
if not size :over 600 { addflag "small"; }
addheader "X-Long" "${long}";
addheader :last "X-Lines" text:
Lines
 and more
.
;
if header :is "x-long" "${long}" { addflag "same"; }
if header :is "x-lines" "Lines and more" { addflag "lines"; }
if size :over 600 { addflag "large"; }
