require "ereject";
ereject text:
No thanks
.
;
