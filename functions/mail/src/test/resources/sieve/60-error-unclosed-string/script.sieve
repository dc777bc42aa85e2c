keep;
if header "a" "b {
 keep; }
