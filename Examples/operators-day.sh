#!/bin/bash
# An operator's day with forewarn, on a fleet that `forewarn simulate` makes up: a bad batch appears, is found, its tickets go
# out in waves, verdicts come back, and what the care was good for is read. Broker and daemon are private ones in a temporary
# folder, which goes with them. Everything that the operator types is printed before its answer.
#
#   Examples/operators-day.sh [FOLDER OF forewarn AND forewarnd]      (default: .build/release)
#
# Needs mosquitto and mosquitto-clients. Exit status 0: the day went as told.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
bin=$(cd "${1:-$here/.build/release}" && pwd)
devices=1500 days=70 seed=11 start=2025-06-01
work=$(mktemp -d)
export FOREWARN_SOCKET=$work/forewarn.sock NO_COLOR=1
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

forewarn() { "$bin/forewarn" "$@"; }
# What is typed, then its answer.
type_() { echo; echo "\$ forewarn $*"; forewarn "$@"; }
part() { echo; echo "== $*"; }
# The first value of a name in a JSON answer.
value() { grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d: -f2- | tr -d '"'; }
fail() { echo "operators-day: $*" >&2; tail -n 5 "$work/forewarnd.log" >&2 || true; exit 1; }

# A fifth of the devices whose care is due is held out, by lot: with the usual twentieth so small a fleet would tell little.
mkdir "$work/profiles"
for profile in "$here"/Firmware-Profiles/*.yaml; do
  sed 's/^  - id: hdmi-cec-failure$/&\n    holdout_share: 0.2/' "$profile" > "$work/profiles/$(basename "$profile")"
done

# A broker on a Unix socket, and the gateway beside it. Time is the fleet's: a day passes when its reports have come.
cat > "$work/mosquitto.conf" <<CONF
user $(id -un)
listener 0 $work/mqtt.sock
allow_anonymous true
max_queued_messages 0
CONF
cat > "$work/forewarn.yaml" <<CONF
state_directory: $work/state
profiles: $work/profiles
messages: $here/Messages
broker: {url: "unix://$work/mqtt.sock"}
control: {socket: $work/forewarn.sock}
http: {listen: ""}
clock: event
care: {mode: send, waves: {canary_devices: 4, growth: 10, observation_days: 1}}
CONF
mkdir "$work/state"
mosquitto -c "$work/mosquitto.conf" > "$work/mosquitto.log" 2>&1 & pids+=($!)
for _ in $(seq 100); do [ -S "$work/mqtt.sock" ] && break; sleep 0.05; done
[ -S "$work/mqtt.sock" ] || { cat "$work/mosquitto.log" >&2; exit 1; }
"$bin/forewarnd" --config "$work/forewarn.yaml" > "$work/forewarnd.log" 2>&1 & pids+=($!)
forewarn wait ready --timeout 20s --quiet > /dev/null || fail "forewarnd didn't start"

# The fleet lives through these days of its plan; returns when the gateway has taken all of it.
sent=0
live() {
  local published
  forewarn simulate --broker "unix://$work/mqtt.sock" --connections 1 --devices $devices --days $days --seed $seed \
    --start $start --only-days "$1" --quiet
  published=$(forewarn simulate --out - --devices $devices --days $days --seed $seed --start $start --only-days "$1" --quiet | wc -l)
  sent=$((sent + published))
  taken
}
taken() {
  for _ in $(seq 1200); do
    [ "$(forewarn status -o json | value received)" -ge $sent ] && return
    sleep 0.1
  done
  fail "not all of $sent messages were taken"
}
# Customers of these devices (standard input) call the support desk.
call() {
  local now
  now=$(forewarn status -o json | value clock)
  while read -r device; do
    echo "{\"ts\": \"$now\", \"device\": \"$device\", \"text\": \"the remote does nothing\"}"
  done > "$work/calls"
  mosquitto_pub --unix "$work/mqtt.sock" -q 1 -t ctx/forewarn/contact -l < "$work/calls"
  sent=$((sent + $(wc -l < "$work/calls")))
  taken
}

part "morning: thirty days of a fleet of $devices devices; a batch has begun to fail"
live 1-30
type_ status
type_ finding list
finding=$(forewarn finding list --state confirmed --cause batch -o name)
[ -n "$finding" ] || fail "the bad batch wasn't found"
type_ finding show "$finding"

part "its tickets go out in waves: the canary first"
type_ finding waves "$finding"
type_ ticket list --finding "$finding" --state open
mapfile -t canary < <(forewarn ticket list --finding "$finding" --state open -o name)
[ ${#canary[@]} = 4 ] || fail "the canary has ${#canary[@]} tickets, not 4"
type_ ticket show "${canary[0]}"

part "noon: two of the canary's devices come back from their customers, and the workbench looks at them"
type_ ticket resolve "${canary[0]}" --outcome confirmed --note "CEC driver dead on the bench"
type_ ticket resolve "${canary[1]}" --outcome confirmed --note "the same driver"
live 31-36
type_ finding waves "$finding"

part "customers of the bad batch call: of those who got no care, and of every eighth who did"
batch=$(forewarn finding show "$finding" -o json | grep -o '"batch":"[^"]*"' | head -n 1 | cut -d'"' -f4)
forewarn ticket list --finding "$finding" --limit 100000 -o ndjson | grep -o '"device":"[^"]*"' | cut -d'"' -f4 |
  sort > "$work/cared"
forewarn device list --batch "$batch" --limit 100000 -o name | sort > "$work/batch"
comm -23 "$work/batch" "$work/cared" > "$work/uncared"
echo "$(wc -l < "$work/uncared") without care, $(awk 'NR % 8 == 0' "$work/cared" | wc -l) with"
call < "$work/uncared"
awk 'NR % 8 == 0' "$work/cared" | call

part "evening: what is overdue, what was it good for, and who did what"
live 37-45
type_ ticket list --overdue --limit 3
type_ finding waves "$finding"
type_ impact
type_ audit list --change resolved
type_ audit verify
forewarn finding waves "$finding" -o json | grep -q '"number":2' || fail "no second wave went out"

part "the day is over"
