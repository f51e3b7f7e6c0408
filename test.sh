#!/bin/bash
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The one test command: installs what is missing, builds otrd with warnings as
# errors, runs every test and ends with the line "N passed, N failed". The exit
# code is 0 only if something passed and nothing failed; a skipped test failed.
#
# Arguments go to `meson test` (a suite or test names, --repeat 3, ...).
# OTRD_BUILD_DIR names another build folder than build/test.
set -euo pipefail
cd "$(dirname "$0")"
export LC_ALL=C.UTF-8
build=${OTRD_BUILD_DIR:-build/test}

.ci/install-packages build run test

options=(-Dwerror=true -Dintrospection=enabled -Dman=enabled -Dtests=true -Dpurple=enabled
         -Dpidgin=enabled)
if [ -f "$build/meson-private/coredata.dat" ]; then
  meson configure "$build" "${options[@]}"
else
  meson setup "$build" "${options[@]}"
fi
ninja -C "$build"

rm -f "$build"/meson-logs/testlog*
status=0
# Most tests wait for others half of their time.
meson test -C "$build" --no-rebuild --print-errorlogs --num-processes $((2 * $(nproc))) "$@" </dev/null || status=$?
exec /usr/bin/python3 tests/support/count_results.py "$build/meson-logs" "$status"
