redirect "Stephan <error@example.org";
