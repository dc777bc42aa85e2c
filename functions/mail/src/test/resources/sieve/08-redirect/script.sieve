redirect "other@example.net"; redirect "Other <other@example.net>";
