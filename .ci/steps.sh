# Runs the steps of .ci/run, and counts what they say.
#   alone NAME COUNT COMMAND...    runs a step while no other runs
#   beside NAME COUNT COMMAND...   starts one beside others
#   together                       waits for those, and shows what each printed
#   report                         how long each took, and the count of all; fails if anything did
# COUNT is a function that finds in what a step has printed how many passed and how many failed; with `-` it counts as one.

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
names=()
shown=0

alone() {
  names+=("$1")
  run "${#names[@]}" "$@"
  shown=${#names[@]}
}

beside() {
  names+=("$1")
  run "${#names[@]}" "$@" >"$logs/${#names[@]}.shown" &
}

together() {
  wait
  while [ "$shown" -lt "${#names[@]}" ]; do
    shown=$((shown + 1))
    cat "$logs/$shown.shown"
  done
}

# Leaves how long a step took, how many passed and how many failed.
run() {
  local number=$1 name=$2 count=$3 begin=$SECONDS status passed failed
  shift 3
  echo "--- $name"
  "$@" 2>&1 </dev/null | tee "$logs/$number.log"
  status=${PIPESTATUS[0]}
  if [ "$count" = - ]; then
    [ "$status" -eq 0 ] && passed=1 failed=0 || passed=0 failed=1
  else
    read -r passed failed < <("$count" <"$logs/$number.log")
    # Whatever it counted, a runner that ended badly has failed, and so has one that ran nothing.
    if [ "$status" -ne 0 ] || [ "${passed:-0}" -eq 0 ]; then [ "${failed:-0}" -gt 0 ] || failed=1; fi
  fi
  [ "${failed:-0}" -eq 0 ] || echo "FAILED: $name (exit $status)"
  echo "$((SECONDS - begin)) ${passed:-0} ${failed:-0}" >"$logs/$number.result"
}

report() {
  local number seconds passed failed all_passed=0 all_failed=0
  printf '\n%7s %7s %7s\n' seconds passed failed
  for ((number = 1; number <= ${#names[@]}; number++)); do
    # A step that left nothing did not come to its end.
    read -r seconds passed failed < <(cat "$logs/$number.result" || echo 0 0 1)
    printf '%7d %7d %7d  %s\n' "$seconds" "$passed" "$failed" "${names[number - 1]}"
    all_passed=$((all_passed + passed))
    all_failed=$((all_failed + failed))
  done
  printf '%7d %15s  in all\n\n' "$SECONDS" ''
  echo "$all_passed passed, $all_failed failed"
  [ "$all_failed" -eq 0 ]
}
