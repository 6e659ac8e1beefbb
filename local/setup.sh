#!/usr/bin/env bash
# Sets the project up: Python environment, Pulumi CLI, functions, local stack.
#
#   local/setup.sh                     all of it
#   local/setup.sh functions           the Go functions alone
#   local/setup.sh environment NAME    requirements/NAME.txt in an environment of its own, .cache/NAME
#
# Every step is skipped when what it was made from has not changed since.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# The caller's target and flags are for programs of the caller's own.
unset GOOS GOARCH GOFLAGS GOWORK GO111MODULE

venv=.venv
python=$venv/bin/python
version=$(sed -n 's|^.*github.com/pulumi/pulumi/pkg/v3 v\([^ ]*\).*|\1|p' local/toolchain/go.mod)
cli=.cache/pulumi-$version/pulumi

die() {
  echo "setup: $*" >&2
  exit 1
}

# step WHAT COMMAND…: says what is being done, then how long it took.
step() {
  local begin=$SECONDS
  doing=$1
  shift
  echo "setup: $doing …"
  "$@"
  echo "setup: $doing: $((SECONDS - begin)) s"
  doing=
}
doing=
trap '[ -z "$doing" ] || echo "setup: $doing failed; the lines above say why" >&2' EXIT

# find_python: the first Python on PATH that is new enough.
find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  die "Python 3.11 or later is needed; $(python3 --version 2>/dev/null || echo 'no python3') is on PATH"
}

need_go() {
  local found
  found=$(go env GOVERSION 2>/dev/null) || die "Go 1.26 or later is needed; no go is on PATH"
  [[ $found =~ ^go([0-9]+)\.([0-9]+) ]] || die "cannot read the Go version '$found'"
  ((BASH_REMATCH[1] > 1 || BASH_REMATCH[2] >= 26)) ||
    die "Go 1.26 or later is needed; ${found#go} is on PATH"
}

# pip_setting NAME: what the user has configured pip with; uv reads none of pip's settings.
pip_setting() {
  "$python" -m pip config list 2>/dev/null |
    sed -n "s/^\(:env:\|install\|global\|user\)\.$1='\(.*\)'\$/\2/p" | head -n 1
}

follow_pip_settings() {
  local value
  value=$(pip_setting index-url)
  [ -z "$value" ] || export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$value}
  value=$(pip_setting extra-index-url)
  [ -z "$value" ] || export UV_INDEX=${UV_INDEX:-$value}
  value=$(pip_setting find-links)
  [ -z "$value" ] || export UV_FIND_LINKS=${UV_FIND_LINKS:-$value}
  value=$(pip_setting cert)
  [ -z "$value" ] || export SSL_CERT_FILE=${SSL_CERT_FILE:-$value}
  value=$(pip_setting trusted-host)
  [ -z "$value" ] || export UV_INSECURE_HOST=${UV_INSECURE_HOST:-$value}
  value=$(pip_setting default-timeout)
  [ -z "$value" ] || export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-$value}
}

make_environment() {
  # An environment of another Python, or of another folder, cannot be mended.
  if ! "$python" -c '' 2>/dev/null || [ "$(cat "$venv/.made-of" 2>/dev/null || echo "$2")" != "$2" ]; then
    rm -rf "$venv"
  fi
  if [ ! -x "$python" ]; then
    "$1" -m venv "$venv" || { rm -rf "$venv"; die "$1 cannot make environments: install python3-venv"; }
  fi
  echo "$2" >"$venv/.made-of"
  "$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip --upgrade >/dev/null
  # Without the settings that would install elsewhere than into the environment.
  env -u PIP_TARGET -u PIP_PREFIX -u PIP_USER -u PIP_ROOT -u PYTHONPATH -u PYTHONHOME \
    "$python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes -r requirements/uv.txt
  follow_pip_settings
  # Compiled at once: a preview starts four interpreters, and where PYTHONDONTWRITEBYTECODE is set
  # each of them would compile the whole Pulumi SDK again.
  local uv=(env -u UV_TARGET -u UV_PREFIX -u UV_SYSTEM_PYTHON "$venv/bin/uv" pip install
    --quiet --no-config --compile-bytecode --python "$python")
  "${uv[@]}" --require-hashes -r requirements/development.txt
  "${uv[@]}" --no-deps --no-build-isolation --editable .
  # It compiles its rules once, for three seconds, into the user's cache.
  "$python" -c 'from policies.facts.credentials import detectors; detectors()'
}

# separate NAME: requirements/NAME.txt in .cache/NAME, an environment that nothing else shares.
separate() {
  local made_of
  made_of="$("$python" --version) in $PWD $(cksum <"requirements/$1.txt")"
  [ "$(cat ".cache/$1/.setup" 2>/dev/null)" != "$made_of" ] || return 0
  step "environment .cache/$1" install_apart "$1"
  echo "$made_of" >".cache/$1/.setup"
}

install_apart() {
  follow_pip_settings
  "$venv/bin/uv" venv --quiet --no-config --clear --python "$python" ".cache/$1"
  env -u UV_TARGET -u UV_PREFIX -u UV_SYSTEM_PYTHON "$venv/bin/uv" pip install --quiet --no-config \
    --python ".cache/$1/bin/python" --require-hashes -r "requirements/$1.txt"
}

build_cli() {
  mkdir -p "$(dirname "$cli")"
  go build -C local/toolchain -o "$PWD/$cli.new" \
    -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$version" \
    github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
  mv "$cli.new" "$cli"
}

# The functions run on AWS's arm64 by default, and on this machine's own architecture locally; the
# command line runs programs made from the same code.
build_functions() {
  local own=x86_64
  case $(uname -m) in arm64 | aarch64) own=arm64 ;; esac
  if [ "$own" = arm64 ]; then handlers/build.sh arm64 host; else handlers/build.sh arm64 "$own" host; fi
}

case ${1:-} in
functions)
  need_go
  build_functions
  exit
  ;;
environment)
  separate "$2"
  exit
  ;;
esac
need_go

base=$(find_python)
made_of="$("$base" --version) in $PWD"
inputs=$(cat requirements/uv.txt requirements/development.txt requirements/runtime.in pyproject.toml local/setup.sh | cksum)
if ! [ -x "$venv/bin/pipeline" ] || [ "$(cat "$venv/.setup" 2>/dev/null)" != "$made_of $inputs" ]; then
  step "Python environment $venv" make_environment "$base" "$made_of"
  echo "$made_of $inputs" >"$venv/.setup"
fi

separate checkov # pins old dependencies

if ! [ -x "$cli" ] && ! "$python" -m local.toolchain >/dev/null 2>&1; then
  step "Pulumi CLI $version, built once from its Go module (minutes)" build_cli
fi

begin=$SECONDS
build_functions
((SECONDS == begin)) || echo "setup: functions: $((SECONDS - begin)) s"

"$python" -m compileall -q stack policies compliance local pipeline
"$python" -m local.environment
