require "imap4flags";
if allof (true, not false) { addflag "a"; }
if anyof (false, true) { addflag "b"; }
if allof (true, false) { addflag "c"; }
if not anyof (false, false) { addflag "d"; }

if false { addflag "x"; } elsif true { addflag "elsif"; } else { addflag "y"; }
if false { addflag "x"; } elsif false { addflag "x"; } else { addflag "else"; }
