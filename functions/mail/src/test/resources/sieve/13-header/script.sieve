require "imap4flags";
if header "subject" "héllo there, world" { addflag "is"; }
if not header :is "subject" "HÉLLO there, world" { addflag "ascii"; }
if header :contains ["X-None", "SUBJECT"] "THERE, W" { addflag "case"; }
if not header :comparator "i;octet" :contains "subject" "THERE" { addflag "octet"; }
if header :matches "x-mixed" "jumb?ed*s" { addflag "m"; }
if header :matches "subject" "h??llo*" { addflag "oct"; }
if not header :matches "subject" "h\\?llo*" { addflag "esc"; }
if header :contains "subject" "" { addflag "empty"; }
if not header :contains "x-none" "" { addflag "none"; }
if exists ["from","to","cc"] { addflag "ex"; }
if not exists ["from","x-none"] { addflag "nex"; }
