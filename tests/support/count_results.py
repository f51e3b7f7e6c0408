#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sums up a run of `meson test`: count_results.py LOGS STATUS.

Counts test cases, not programs: each TAP line of a program is one. Skipped is
failed. A program that ended badly without a failing case (a crash, a timeout)
is one failure more, so that nothing goes wrong unseen.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

GOOD = ("OK", "EXPECTEDFAIL")


def read_programs(logs):
    """The (name, result) of each test program, from meson's own log."""
    testlog = logs / "testlog.json"
    if not testlog.exists():
        return []
    records = map(json.loads, testlog.read_text().splitlines())
    return [(r["name"].split(" / ")[-1], r["result"]) for r in records]


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
    for program, result in read_programs(logs):
        own = cases.pop(program, None)
        wrong = [(case, why) for case, why in own or [] if why]
        failures += ["%s: %s (%s)" % (program, case, why) for case, why in wrong]
        if result not in GOOD and not wrong:
            failures.append("%s (%s)" % (program, result.lower()))
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
