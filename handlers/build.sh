#!/usr/bin/env bash
# Builds the functions' archives, build/functions/{architecture}/{function}.zip:
#
#   handlers/build.sh [arm64] [x86_64] [host]      (without arguments: all)
#
# and, for host, the programs that the command line runs here, build/host/{program}.
# The same source and Go version give the same bytes. What is up to date is not built
# again.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
# The caller's target and flags are for programs of the caller's own.
unset GOOS GOARCH GOFLAGS GOWORK GO111MODULE
functions=(validator processor aggregator status)
programs=(inspect operator)
[ $# -gt 0 ] || set -- arm64 x86_64 host

fingerprint() {
  {
    go version
    find build.sh go.mod go.sum cmd internal tools -type f ! -name '*_test.go' ! -path '*/testdata/*' -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d ' ' -f 1
}

# is_current FOLDER FILE…: they are there, and made from what is there now.
is_current() {
  local folder=$1 file
  shift
  for file in "$@"; do [ -f "$folder/$file" ] || return 1; done
  [ "$(cat "$folder/.fingerprint" 2>/dev/null)" = "$current" ]
}

build_programs() {
  local out=../build/host
  ! is_current "$out" "${programs[@]}" || return 0
  mkdir -p "$out"
  rm -f "$out/.fingerprint"
  echo "building ${programs[*]} for this machine"
  CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$out/" "${programs[@]/#/./cmd/}"
  echo "$current" > "$out/.fingerprint"
}

current=$(fingerprint)
for architecture in "$@"; do
  case $architecture in
    host) build_programs; continue ;;
    arm64) goarch=arm64 ;;
    x86_64) goarch=amd64 ;;
    *) echo "build.sh: $architecture is no architecture of Lambda: arm64, x86_64 or host" >&2; exit 2 ;;
  esac
  out=../build/functions/$architecture
  stamp=$out/.fingerprint
  ! is_current "$out" "${functions[@]/%/.zip}" || continue
  mkdir -p "$out"
  rm -f "$stamp"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "building ${functions[*]} for $architecture"
  GOOS=linux GOARCH=$goarch CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags '-s -w -buildid=' -tags lambda.norpc -o "$work/" "${functions[@]/#/./cmd/}"
  go build -o "$work/archive" ./tools/archive
  for function in "${functions[@]}"; do
    "$work/archive" "$work/$function" "$out/$function.zip"
  done
  rm -rf "$work"
  echo "$current" > "$stamp"
done
