#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the benchmarks in a desktop session of their own, all pinned to one
core: what is measured and its yardstick have the same conditions. Only ratios
mean something; nothing here judges."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import desktop

SERVICE, BENCH, BARE, ECHO = map(os.path.abspath, sys.argv[1:])


def main():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with desktop.Desktop(program=SERVICE) as place:
        place.start([ECHO])
        place.wait_for_name("org.example.Echo")
        subprocess.run([BENCH, str(place.bus.pid), BARE], env=place.environment, check=True)


main()
