#!/usr/bin/env bash
# Every test, quickest first; stops at the first step that fails and names it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. local/checks.sh

step "a browser for the HTML report" local/chromium.sh
step "others' readers of the data set" local/readers.sh
style
step "functions, with the race detector" go -C handlers test -race -short -timeout 40m \
  -skip "$alone" ./...
step "readings and schedules" go -C handlers test -timeout 40m ./internal/trades ./internal/simulation
# The tests of these look at one deployment, which the first that needs it makes.
deployed=(tests/integration tests/api tests/permissions)
# Two at a time: most of them wait for Pulumi or the emulator.
step "parts" "$bin/pytest" --quiet --numprocesses 2 --dist loadfile tests "${deployed[@]/#/--ignore=}"
step "the deployed pipeline" "$bin/pytest" --quiet "${deployed[@]}"
echo "test: all passed in $SECONDS s"
