require ["duplicate"];
if duplicate { discard; }
if duplicate :header "X-None" { discard; }
if duplicate :uniqueid "x" :handle "h" :seconds 60 :last { discard; }
