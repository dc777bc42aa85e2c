require "editheader";
deleteheader :index 1 :last "X"; deleteheader :index 1 "X";
