# What test.sh and quick.sh have in common; read by them, from the repository's folder.
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

style() {
  step "Python lint" "$bin/ruff" check --quiet .
  step "Python format" "$bin/ruff" format --quiet --check .
  step "Python types" "$bin/mypy"
  step "Go format" go_format
  step "Go vet" go -C handlers vet ./...
}

# What one goroutine does over and over shows the race detector nothing, and takes ten times as long
# with it: these tests run without.
alone='PlantedBugs|Bombs|HundredMillion|EveryFormAgrees|NoOtherByte|NothingDependsOnWhere'
