require ["reject", "editheader"]; deleteheader "subject"; addheader "X-Mine" "y"; reject "no";
