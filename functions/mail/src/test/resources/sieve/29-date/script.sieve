require ["date", "index", "relational", "imap4flags"];
if date :zone "+0000" "date" "date" "2026-11-23" { addflag "d"; }
if date :originalzone "date" "hour" "10" { addflag "h"; }
if date "date" "time" "09:00:00" { addflag "u"; }
if date :originalzone "date" "zone" "+0100" { addflag "z"; }
if date :zone "-0500" "date" "iso8601" "2026-11-23T04:00:00-05:00" { addflag "i"; }
if date :originalzone "date" "std11" "Mon, 23 Nov 2026 10:00:00 +0100" { addflag "s"; }
if date "date" "weekday" "1" { addflag "w"; }
if date "date" "julian" "61367" { addflag "j"; }
if date :index 1 "received" "second" "05" { addflag "r"; }
if date :zone "+0000" "date" "iso8601" "2026-11-23T09:00:00Z" { addflag "iso"; }
if date :count "eq" "date" "year" "1" { addflag "cnt"; }
if currentdate :value "ge" "date" "2026-11-25" { addflag "now"; }
if not currentdate :value "gt" "hour" "12" { addflag "later"; }
if currentdate :zone "+0230" :is "minute" "45" { addflag "cz"; }
if not date "subject" "year" "2026" { addflag "bad"; }
