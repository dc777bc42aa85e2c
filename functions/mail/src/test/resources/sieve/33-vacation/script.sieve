require "vacation";
vacation :days 3 :subject "Bin im Urlaub – bis März" "Ich bin erst im März zurück.";
