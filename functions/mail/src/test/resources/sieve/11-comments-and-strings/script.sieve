/* a comment
   of two lines */ require ["imap4flags", "variables"]; # and one to the line's end
set "a" "with \"quotes\" and \\ and \z";
if string :is "${a}" "with \"quotes\" and \\ and z" { addflag "quoted"; }
set "b" text: # a comment
..dotted
.plain
.
;
if string :matches "${b}" ".dotted*.plain*" { addflag "multi"; }
if not string :contains "${b}" ".." { addflag "unstuffed"; }
if size :over 1 { if size :under 1K { addflag "size"; } }
