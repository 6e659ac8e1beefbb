#!/usr/bin/env bash
# Every test, quickest first; stops at the first step that fails and names it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$PWD/.venv/bin

# step WHAT COMMAND…: says what is being tested, then how long it took.
step() {
  local begin=$SECONDS
  doing=$1
  shift
  echo "test: $doing …"
  "$@"
  echo "test: $doing: $((SECONDS - begin)) s"
  doing=
}
doing=
trap '[ -z "$doing" ] || echo "test: $doing failed; the lines above say why" >&2' EXIT

go_format() {
  local unformatted
  unformatted=$(gofmt -l handlers)
  [ -z "$unformatted" ] || {
    printf 'not formatted (gofmt -w mends it):\n%s\n' "$unformatted"
    return 1
  }
}

step "a browser for the HTML report" local/chromium.sh
step "Python lint" "$bin/ruff" check --quiet .
step "Python format" "$bin/ruff" format --quiet --check .
step "Python types" "$bin/mypy"
step "Go format" go_format
step "Go vet" go -C handlers vet ./...
# What one goroutine does over and over shows the race detector nothing, and takes ten times as long
# with it: the step after runs those, and more schedules.
alone='PlantedBugs|Bombs|HundredMillion|EveryFormAgrees|NoOtherByte|NothingDependsOnWhere'
step "functions, with the race detector" go -C handlers test -race -short -timeout 40m \
  -skip "$alone" ./...
step "readings and schedules" go -C handlers test -timeout 40m ./internal/trades ./internal/simulation
# The tests of these look at one deployment, which the first that needs it makes.
deployed=(tests/integration tests/api tests/permissions)
# Two at a time: most of them wait for Pulumi or the emulator.
step "parts" "$bin/pytest" --quiet --numprocesses 2 --dist loadfile tests "${deployed[@]/#/--ignore=}"
step "the deployed pipeline" "$bin/pytest" --quiet "${deployed[@]}"
echo "test: all passed in $SECONDS s"
