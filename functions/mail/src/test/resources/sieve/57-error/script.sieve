require "ihave";
error "it is so";
