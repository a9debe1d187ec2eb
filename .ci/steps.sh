# Runs the steps of .ci/run, and counts what they say.
#   alone NAME COUNT COMMAND...    runs a step, beside those that were started and not yet waited for
#   beside NAME COUNT COMMAND...   starts one beside others
#   together                       waits for those, and shows what each printed
#   report                         what failed, how long each took, and the count of all; fails if anything did
# COUNT is a function that finds in what a step has printed how many passed and how many failed; with `-` it counts as one.

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
names=()
started=()

alone() {
  names+=("$1")
  run "${#names[@]}" "$@"
}

beside() {
  names+=("$1")
  started+=("${#names[@]}")
  run "${#names[@]}" "$@" >"$logs/${#names[@]}.shown" &
}

together() {
  local number
  wait
  for number in "${started[@]}"; do cat "$logs/$number.shown"; done
  started=()
}

# Leaves how long a step took, the CPU time of the processes that it waited for, how many passed and how many failed.
run() {
  local number=$1 name=$2 count=$3 begin=$SECONDS status cpu passed failed
  shift 3
  echo "--- $name"
  { TIMEFORMAT='%U %S'; time "$@" 2>&1 </dev/null; } 2>"$logs/$number.cpu" | tee "$logs/$number.log"
  status=${PIPESTATUS[0]}
  cpu=$(awk '{ printf "%d", $1 + $2 }' "$logs/$number.cpu")
  if [ "$count" = - ]; then
    [ "$status" -eq 0 ] && passed=1 failed=0 || passed=0 failed=1
  else
    read -r passed failed < <("$count" <"$logs/$number.log")
    # Whatever it counted, a runner that ended badly has failed, and so has one that ran nothing.
    if [ "$status" -ne 0 ] || [ "${passed:-0}" -eq 0 ]; then [ "${failed:-0}" -gt 0 ] || failed=1; fi
  fi
  [ "${failed:-0}" -eq 0 ] || echo "FAILED: $name (exit $status)"
  echo "$((SECONDS - begin)) ${cpu:-0} ${passed:-0} ${failed:-0}" >"$logs/$number.result"
}

# What failed in a step, and why, in few lines: which tests and their errors, or else what the step said last.
failures() {
  local plain
  plain=$(sed -E 's/\x1b\[[0-9;]*m//g' "$logs/$1.log" | grep -v '^ *$')
  grep -E '^ *FAIL(ED)?\b|^\w*Error:' <<<"$plain" | cut -c 1-250 | uniq | awk 'NR <= 30' | grep . || tail -n 10 <<<"$plain" | cut -c 1-250
}

report() {
  local number seconds cpu passed failed all_passed=0 all_failed=0 all_cpu=0 table failed_steps=
  table=$(printf '%7s %7s %7s %7s' seconds CPU passed failed)
  for ((number = 1; number <= ${#names[@]}; number++)); do
    # A step that left nothing did not come to its end.
    read -r seconds cpu passed failed < <(cat "$logs/$number.result" || echo 0 0 0 1)
    table+=$(printf '\n%7d %7d %7d %7d  %s' "$seconds" "$cpu" "$passed" "$failed" "${names[number - 1]}")
    [ "$failed" -eq 0 ] || failed_steps+=$(printf '\nFAILED: %s\n%s\n ' "${names[number - 1]}" "$(failures "$number")")
    all_cpu=$((all_cpu + cpu))
    all_passed=$((all_passed + passed))
    all_failed=$((all_failed + failed))
  done
  printf '\n%s\n%7d %7d %15s  in all\n%s\n' "$table" "$SECONDS" "$all_cpu" '' "$failed_steps"
  echo "$all_passed passed, $all_failed failed"
  [ "$all_failed" -eq 0 ]
}
