require "editheader";
addheader "a b" "c";
