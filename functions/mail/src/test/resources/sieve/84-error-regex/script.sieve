require "regex";
if header :regex "a" ["ok", "(open"] { keep; }
