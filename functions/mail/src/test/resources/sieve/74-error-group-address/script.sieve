redirect "friends: a@b.example;";
