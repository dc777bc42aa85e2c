require ["ihave", "imap4flags"];
if ihave ["fileinto", "copy"] { fileinto :copy "Work"; }
if ihave "variables" { addflag "late"; }
if ihave "no-such-thing" { nosuch "x"; } else { addflag "else"; }
