#!/bin/bash
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shows otrd at work: builds it, and lets two messengers talk through it in a
# session bus, a keyring and a home of their own. Nothing of yours is touched.
set -euo pipefail
cd "$(dirname "$0")"

usage () {
  cat <<END
Usage: ./try.sh [-y] [--interactive]

  -y             do not ask before installing packages
  --interactive  be one of the two who talk
END
}

ask=--ask
program=demo/conversation.py
for argument in "$@"; do
  case $argument in
    -y|--yes) ask= ;;
    -i|--interactive) program=demo/interactive.py ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

export LC_ALL=C.UTF-8
build=${OTRD_BUILD_DIR:-build/try}
.ci/install-packages $ask build run

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Building otrd in $build ..."
if ! { [ -f "$build/meson-private/coredata.dat" ] || meson setup "$build" -Dtests=false
       ninja -C "$build"; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi

export OTRD_SERVICE=$PWD/$build/service/otrd
export OTRD_OTRCTL=$PWD/$build/client-lib/otrctl/otrctl
export PYTHONPATH=$PWD/tests/support
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 "$program"
