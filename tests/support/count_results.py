#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sums up a run of `meson test`: count_results.py LOGS STATUS.

Counts test cases, not programs: each TAP line of a program is one. Skipped is
failed. A program that ended badly without a failing case (a crash, a timeout)
is one failure more, so that nothing goes wrong unseen. What a failed program
said last before it failed is told again: of a long run only the end is kept in
some places.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

GOOD = ("OK", "EXPECTEDFAIL")
LAST_WORDS = 12


def find_last_words(record):
    """The lines that end with the first failed case, or with the program."""
    said = record.get("stdout", "").splitlines()
    failed = [number for number, line in enumerate(said) if line.startswith("not ok")]
    if failed:
        return said[:failed[0] + 1][-LAST_WORDS:]
    return (said + record.get("stderr", "").splitlines())[-LAST_WORDS:]


def read_programs(logs):
    """The (name, result, last words) of each test program, from meson's own log."""
    testlog = logs / "testlog.json"
    if not testlog.exists():
        return []
    records = map(json.loads, testlog.read_text().splitlines())
    return [(r["name"].split(" / ")[-1], r["result"], find_last_words(r)) for r in records]


def read_cases(logs):
    """The cases of each TAP program: {program: [(case, what went wrong or None)]}."""
    junit = logs / "testlog.junit.xml"
    if not junit.exists():
        return {}
    programs = {}
    for case in ElementTree.parse(junit).getroot().iter("testcase"):
        if "." not in case.get("classname"):
            continue  # a program without cases: meson's own log tells more of it
        wrong = [k for k in ("failure", "error", "skipped") if case.find(k) is not None]
        program = case.get("classname").split(".", 1)[1].split(" / ")[-1]
        programs.setdefault(program, []).append((case.get("name"), wrong[0] if wrong else None))
    return programs


def main(logs, status):
    passed, failures = 0, []
    cases = read_cases(logs)
    for program, result, last_words in read_programs(logs):
        own = cases.pop(program, None)
        wrong = [(case, why) for case, why in own or [] if why]
        failures += ["%s: %s (%s)" % (program, case, why) for case, why in wrong]
        if result not in GOOD and not wrong:
            failures.append("%s (%s)" % (program, result.lower()))
        if wrong or result not in GOOD:
            print("%s said:" % program, *last_words, sep="\n  ")
        if own is not None:
            passed += len(own) - len(wrong)
        elif result in GOOD:
            passed += 1
    if status != 0 and not failures:
        failures.append("meson test ended with status %d" % status)
    for failure in failures:
        print("FAILED", failure)
    print("%d passed, %d failed" % (passed, len(failures)))
    return 0 if passed and not failures else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
