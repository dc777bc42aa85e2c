redirect "<@x.example:a@b.example>";
