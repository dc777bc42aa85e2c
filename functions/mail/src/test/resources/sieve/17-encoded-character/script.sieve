require ["encoded-character", "variables", "imap4flags"];
if string "$${hex:40}" "$@" { addflag "a"; }
if string "${hex: 40 }" "@" { addflag "b"; }
if string "${HEX:40 41}" "@A" { addflag "c"; }
if string "${unicode:e9}${unicode: 00e9}" "éé" { addflag "d"; }
if string "${hex:c3 a9}" "é" { addflag "e"; }
if string "${hex:4 0g}" "${hex:4 0g}" { addflag "f"; }
