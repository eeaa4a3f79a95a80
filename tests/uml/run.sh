#!/usr/bin/env bash
# run.sh KERNEL OUT 'command': runs a shell command in a guest with simulated radios.
# Its log is in OUT/log and its exit status becomes ours; 125 means that the guest died.
#   RADIOS=16      how many radios there are
#   REALTIME=1     without time travel: waiting takes as long as it takes
#   GUEST_TIMEOUT  seconds of the host, 240 unless told
set -u
kernel=$1 out=$2 here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$out" && rm -f "$out"/status "$out"/log
printf '%s\n' "$3" > "$out/command"
travel="time-travel=inf-cpu time-travel-start=1790000000000000000"
[ -n "${REALTIME:-}" ] && travel=""
# shellcheck disable=SC2086
TMPDIR=/dev/shm timeout -k 5 "${GUEST_TIMEOUT:-240}" "$kernel" mem=1024M seccomp=auto $travel \
  root=/dev/root rootfstype=hostfs rootflags=/ rw init="$here/init.sh" out="$out" \
  project="$project" mac80211_hwsim.radios="${RADIOS:-16}" \
  con=null con0=null,fd:1 quiet panic=-1 < /dev/null > "$out/console" 2>&1
[ -f "$out/status" ] && exit "$(cat "$out/status")"
echo "the guest died; see $out/console" >&2
exit 125
