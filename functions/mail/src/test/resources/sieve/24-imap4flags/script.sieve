require ["imap4flags", "fileinto", "variables", "relational", "copy"];
setflag "\\seen \\Flagged";
addflag ["Work", "\\SEEN"];
fileinto :copy "Work";
removeflag "\\flagged";
if hasflag "\\seen" { addflag "has"; }
if hasflag :contains "wo" { addflag "contains"; }
if hasflag :count "ge" "3" { addflag "count"; }
setflag "mine" ["a", "b c"];
if hasflag "mine" ["x", "c"] { addflag "var"; }
setflag "other" "a z"; if hasflag :count "eq" ["mine", "other"] "5" { addflag "sum"; }
if string "${mine}" "a b c" { addflag "string"; }
fileinto :copy :flags "only" "Inbox2";
