# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs Python tests and reports them in TAP, as meson wants it.

    tap.run({"a sentence that is true": function, ...})

Each function is one case: it passes if it returns. A test may be chosen by
giving words of its name as the argument. A watchdog ends a run that hangs. With
TAP_LIST in the environment the names are listed, and nothing is run.
"""
import faulthandler
import os
import sys
import time
import traceback


def _run_one(number, name, function):
    begun = time.monotonic()
    try:
        function()
    except Exception:  # noqa: B902: whatever a test raises is its failure
        for line in traceback.format_exc().splitlines():
            print("#", line)
        print("not ok %d - %s" % (number, name), flush=True)
        return False
    print("ok %d - %s" % (number, name))
    print("# %.1f s" % (time.monotonic() - begun), flush=True)
    return True


def run(tests, watchdog=300):
    faulthandler.dump_traceback_later(watchdog, exit=True)
    chosen = [t for t in tests.items() if all(word in t[0] for word in sys.argv[1:])]
    if "TAP_LIST" in os.environ:
        print("\n".join(name for name, _ in chosen))
        sys.exit(0)
    print("1..%d" % len(chosen), flush=True)
    results = [_run_one(n, name, function) for n, (name, function) in enumerate(chosen, 1)]
    sys.exit(0 if chosen and all(results) else 1)
