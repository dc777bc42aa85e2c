require ["fileinto", "copy"];
fileinto :copy "Work"; redirect :copy "other@example.net";
