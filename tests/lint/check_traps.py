#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that each trap in docs/traps.md names tests, that the tests exist that
are named there, in docs/integrity.md and in docs/verification.md, by the names
that the programs themselves print, and that each outcome of a verification that
is tried has its line in the last. A `*` stands for what is different in a table."""
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap  # noqa: E402


def traps():
    for line in (ROOT / "docs" / "traps.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not line.startswith("|---") and cells[0] != "#":
            yield cells


def ask_for_names(test):
    """What the program would run: GLib's tests list their paths, ours do so by tap.py."""
    command = test["cmd"]
    is_python = any(word.endswith(".py") for word in command)
    if not is_python and not pathlib.Path(command[0]).exists():
        return []
    listed = subprocess.run(command + ([] if is_python else ["-l"]), text=True, timeout=60,
                            env={**os.environ, **test["env"], "TAP_LIST": "1"},
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return listed.splitlines()


def printed_names():
    build = pathlib.Path(os.environ["OTRD_BUILD"])
    for test in json.loads((build / "meson-info" / "intro-tests.json").read_text()):
        if test["protocol"] == "tap" and "otrd:lint" not in test["suite"]:
            yield from ask_for_names(test)


def is_printed(name, printed):
    """Whole, or without the path or the column of a table that is before it."""
    words = ".+".join(re.escape(part) for part in name.split("*"))
    pattern = re.compile("(.*(/|: ))?" + words + "(/.*)?")
    return any(pattern.fullmatch(line) for line in printed)


def each_trap_has_a_test():
    wrong = [cells for cells in traps() if len(cells) != 3 or not re.findall(r"`[^`]+`", cells[2])]
    assert not wrong, wrong
    assert {str(n) for n in range(1, 18)} <= {cells[0] for cells in traps()}


def named_tests():
    for page in ("traps", "integrity", "verification"):
        for line in (ROOT / "docs" / (page + ".md")).read_text().splitlines():
            if line.startswith("|"):
                yield from re.findall(r"`([^`]+)`", line.rpartition(" | ")[2])


def each_test_exists():
    printed = set(printed_names())
    missing = [name for name in named_tests() if not is_printed(name, printed)]
    assert not missing, "no test program prints (is all built?):\n" + "\n".join(missing)


def outcomes():
    """What the tables of the test programs try."""
    table = (ROOT / "tests" / "system" / "test_verification.py").read_text()
    for name in re.search(r"^OUTCOMES = \((.*?)\)$", table, re.M | re.S).group(1).split(","):
        yield name.strip().replace("_", " ")
    for file in ("test-verification.c", "test-verification-secrets.c"):
        for name in re.findall(r'^  \{ "([a-z0-9-]+)",', (ROOT / "tests" / "core" / file).read_text(),
                               re.M):
            yield name


def each_outcome_is_in_the_table():
    rows = [line.rpartition(" | ")[2] for line in
            (ROOT / "docs" / "verification.md").read_text().splitlines() if line.startswith("|")]
    listed = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert len(listed) > 40 and not set(outcomes()) - listed, set(outcomes()) - listed


tap.run({"each trap has a test": each_trap_has_a_test,
         "each test exists": each_test_exists,
         "each outcome is in the table": each_outcome_is_in_the_table}, watchdog=280)
