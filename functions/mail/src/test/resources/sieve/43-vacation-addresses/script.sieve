require "vacation"; vacation :addresses ["ann+lists@example.net"] "away";
