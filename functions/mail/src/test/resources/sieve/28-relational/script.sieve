require ["relational", "imap4flags", "comparator-i;ascii-numeric"];
if header :value "gt" :comparator "i;ascii-numeric" "x-count" "6" { addflag "v"; }
if header :value "lt" :comparator "i;ascii-numeric" "x-count" "10" { addflag "v10"; }
if header :value "gt" :comparator "i;ascii-numeric" "subject" "99999999999" { addflag "inf"; }
if address :count "ge" :comparator "i;ascii-numeric" ["to","cc"] "4" { addflag "c"; }
if not address :count "gt" :comparator "i;ascii-numeric" ["to","cc"] ["4"] { addflag "c4"; }
if header :value "lt" "x-count" "8" { addflag "t"; }
if not header :value "ne" :comparator "i;ascii-numeric" "x-count" ["07"] { addflag "ne"; }
if header :count "eq" "x-none" "0" { addflag "z"; }
