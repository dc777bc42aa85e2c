require ["fileinto",
  "nonsense"];
