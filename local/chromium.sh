#!/usr/bin/env bash
# Makes sure that a Chromium is there for the tests of the HTML report, and prints which.
#
# One on PATH, or named by CHROMIUM, is used. Otherwise root on a Debian machine gets the package;
# anyone else is told what to install: no test is passed over for want of a browser.
set -euo pipefail

find_chromium() {
  local name
  for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" && return
  done
  return 1
}

find_chromium && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "chromium: installing Debian's package" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update --quiet=2 && apt-get install --quiet=2 --yes --no-install-recommends chromium; } >&2
  find_chromium && exit
fi
echo "chromium: none found: install it (Debian: apt-get install chromium) or name one in CHROMIUM" >&2
exit 1
