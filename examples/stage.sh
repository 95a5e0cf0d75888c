# What the plays in this folder share; sourced, not run. Leaves `crm` in the path, and the caller in a folder of its own.
#   --keep            leave the folder, to look around in it
#   --program FILE    play it with this crm, and build none
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
keep= program=
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=1 ;;
    --program) program=${2:?--program wants a file}; shift ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
if [ -z "$program" ]; then
  "$here/.ci/setup" build
  CRM_WERROR=OFF "$here/.ci/build" release crm
  program=$here/build/release/cmd/crm
fi
PATH="$(cd "$(dirname "$program")" && pwd):$PATH"

work=$(mktemp -d)
if [ -n "$keep" ]; then
  trap 'echo; echo "Everything is in $work."' EXIT
else
  trap 'rm -rf "$work"' EXIT
fi
unset CRM_STORE CRM_MEMBER
cd "$work"

heading() { printf '\n\033[1m# %s\033[0m\n' "$1" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
# Shows the command as a person would type it, then runs it.
run() {
  local words=() word
  for word in "$@"; do
    case $word in
      *[!a-zA-Z0-9_./:=+-]* | '') words+=("\"$word\"") ;;
      *) words+=("$word") ;;
    esac
  done
  printf '$ %s\n' "${words[*]}"
  "$@"
}
# The same for what is expected to end with an exit code other than 0, which is shown.
refused() {
  local code=0
  run "$@" || code=$?
  printf '(exit %s)\n' "$code"
  [ "$code" -ne 0 ]
}
# The id of the only record that a JSON answer names.
id() { "$@" --json | grep -o '"id": *"[0-9a-z]*"' | head -n 1 | grep -o '[0-9a-z]*"$' | tr -d '"'; }
