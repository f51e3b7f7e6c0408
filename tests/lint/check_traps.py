#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that each trap in docs/traps.md names tests, that the tests exist that
are named there, in docs/integrity.md and in docs/verification.md, and that each
outcome of a verification that is tried has its line in the last."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap  # noqa: E402


def traps():
    for line in (ROOT / "docs" / "traps.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not line.startswith("|---") and cells[0] != "#":
            yield cells


def sources():
    return "\n".join(path.read_text() for folder in ROOT.glob("tests/*") if folder.is_dir()
                     for path in folder.iterdir() if path.suffix in (".c", ".py"))


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
    text = sources()
    missing = [name for name in named_tests() if not exists(name, text)]
    assert not missing, "\n".join(missing)


def exists(name, text):
    """As a string, or as the function whose name the test's is made of."""
    return re.search('"%s["/]' % re.escape(name), text) or \
        "\ndef %s(" % name.replace(" ", "_") in text


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
