#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that the C sources look as .clang-format says (Debian 12's version)."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap  # noqa: E402


def is_formatted(folder):
    files = sorted(str(p) for p in (ROOT / folder).rglob("*.[ch]"))
    if not files:
        return
    check = subprocess.run(["clang-format", "--dry-run", "-Werror", "-ferror-limit=3", *files],
                           capture_output=True, text=True, timeout=110)
    assert check.returncode == 0, check.stderr


tap.run({"%s is formatted" % folder: lambda folder=folder: is_formatted(folder)
         for folder in ("introspection", "service", "client-lib", "tests")}, watchdog=280)
