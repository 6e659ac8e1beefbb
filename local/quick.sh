#!/usr/bin/env bash
# What a contributor runs before each commit; `make test` runs everything.
#
#   local/quick.sh           style, types, the policies' and the stack's tests, the functions'
#   local/quick.sh PATH…     style, types, and these tests alone: of pytest, or a folder of handlers/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. local/checks.sh

functions() {
  go -C handlers test -short -skip "Schedule|$alone" "$@"
}

style
if [ $# = 0 ]; then
  step "functions" functions ./...
  step "policies and stack" "$bin/pytest" --quiet --numprocesses 2 --dist worksteal tests/policies tests/stack
fi
for path; do
  case $path in
  handlers/*) step "$path" functions "./${path#handlers/}/..." ;;
  *) step "$path" "$bin/pytest" --quiet --numprocesses 2 --dist loadfile "$path" ;;
  esac
done
echo "test: all passed in $SECONDS s"
