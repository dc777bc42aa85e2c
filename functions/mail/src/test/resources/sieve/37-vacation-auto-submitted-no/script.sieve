require "vacation"; vacation "away";
