require ["variables", "imap4flags", "regex"];
if header :matches "From" "*<*@*>*" { if string "${2} at ${3}" "tim at example.com" { addflag "lazy"; } }
if header :matches "X-Mixed" "none*" { } 
if string "${2}" "tim" { addflag "kept"; }
if header :regex "date" "([0-9]+) (Nov|Dec) ([[:digit:]]{4})" { if string "${0}/${1}/${2}/${3}" "23 Nov 2026/23/Nov/2026" { addflag "regex"; } }
if header :matches "subject" ["x*", "*there*"] { if string "${0}" "héllo there, world" { addflag "whole"; } }
