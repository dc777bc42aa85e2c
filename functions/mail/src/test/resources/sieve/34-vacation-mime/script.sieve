require ["vacation"];
vacation :mime :from "Me <info@example.org>" text:
Content-Type: text/html; charset=utf-8
Bcc: evil@example.net

<b>Away</b>
.
;
