/**
 * What runs inside before the program, by `/bin/sh`: limits of the process, the relay, then a look whether the wall holds here too, judged
 * outside, and only at its word the program. Afterwards it hands out the files of HOME that are kept. Numbers: 5 to us, 6 from us; the
 * program gets neither.
 *
 * Arguments: bytes of data of a process in KiB, processes (0: capped by a group), path of the relay or empty, its arguments as one word,
 * a path outside that must not be written, one that must not be read, how many protected paths, those, how many kept files, those, the
 * program and its arguments.
 */
export const insideScript = `
exec 3>&- 4>&- 7>&-
ulimit -c 0
ulimit -d "$1" || exit 126
if [ "$2" -gt 0 ]; then ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null; fi
relay=$3 ways=$4 outside=$5 secret=$6
shift 6
if [ -n "$relay" ]; then
  said=$(/run/orchestrate/node --disable-warning=ExperimentalWarning "$relay" $ways 2>/dev/null </dev/null 5>&- 6<&- &)
  [ "$said" = ready ] || { echo 'failed relay' >&5; exit 126; }
fi
( : > "$outside" ) 2>/dev/null
{ cat "$secret" 2>/dev/null; echo; } | { read -r seen; [ -z "$seen" ] || echo "saw $seen" >&5; }
n=$1; shift
while [ "$n" -gt 0 ]; do
  if [ -d "$1" ]; then ( : > "$1/.orchestrate-try" ) 2>/dev/null; else ( : >> "$1" ) 2>/dev/null && echo "wrote $1" >&5; fi
  n=$((n - 1)); shift
done
echo ready >&5
read -r go <&6
[ "$go" = go ] || exit 126
n=$1; shift
kept= i=0
while [ "$i" -lt "$n" ]; do
  eval "kept_$i=\\$1"
  i=$((i + 1)); shift
done
trap : TERM
"$@" 5>&- 6<&-
code=$?
i=0
while [ "$i" -lt "$n" ]; do
  eval "file=\\$kept_$i"
  if [ -f "$file" ]; then { printf 'kept %s ' "$i"; head -c 1048576 "$file" | base64 -w 0; echo; } >&5; fi
  i=$((i + 1))
done
exit "$code"
`;
