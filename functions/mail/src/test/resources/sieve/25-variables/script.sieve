require ["variables", "imap4flags", "fileinto"];
set "honorific" "Mr";
set "first_name" "Wile";
set "whole" text:
Dear ${HONORIFIC} ${first_name}
.
;
if string :matches "${whole}" "Dear Mr Wile*" { addflag "a"; }
if string "${doh!} &%${}! ${" "${doh!} &%${}! ${" { addflag "b"; }
if string "${unset}" "" { addflag "c"; }

set "name" "juMBlEd lETteRS";
set :length "b" "${name}";       if string "${b}" "15" { addflag "length"; }
set :lower "b" "${name}";        if string :comparator "i;octet" "${b}" "jumbled letters" { addflag "lower"; }
set :upperfirst "b" "${name}";   if string :comparator "i;octet" "${b}" "JuMBlEd lETteRS" { addflag "upperfirst"; }
set :upperfirst :lower "b" "${name}"; if string :comparator "i;octet" "${b}" "Jumbled letters" { addflag "both"; }
set :upper "b" "aé";              if string :comparator "i;octet" "${b}" "Aé" { addflag "ascii"; }
set :quotewildcard "b" "Rock*";  if string "${b}" "Rock\\*" { addflag "quote"; }
if header :matches "Subject" "*llo *, *" { set "s" "${1}|${2}|${3}|${4}"; }
if string "${s}" "hé|there|world|" { addflag "lazy"; }
if header :matches "X-Mixed" "ju*" { fileinto "${1}"; }
