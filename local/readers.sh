#!/usr/bin/env bash
# Makes sure that the engines of requirements/readers.txt are there for the tests that read the data
# set with them, in .cache/readers, and prints the Python that has them.
#
# They are an environment of their own: half a gigabyte that the product needs nothing of, and
# engines that must not share an interpreter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$PWD/.cache/readers
inputs=$(cat requirements/readers.txt local/readers.sh | cksum)

exec 9>.cache/readers.lock
flock 9 # tests that run at the same time install once
if [ "$(cat "$folder/.setup" 2>/dev/null)" != "$inputs" ]; then
  echo "readers: installing Spark and others' readers, once (minutes)" >&2
  .venv/bin/uv venv --quiet --no-config --clear --python .venv/bin/python "$folder" >&2
  env -u UV_TARGET -u UV_PREFIX -u UV_SYSTEM_PYTHON .venv/bin/uv pip install --quiet --no-config \
    --python "$folder/bin/python" --require-hashes -r requirements/readers.txt >&2
  echo "$inputs" >"$folder/.setup"
fi
echo "$folder/bin/python"
