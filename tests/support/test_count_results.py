#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The last line of ./test.sh, which everybody trusts: nothing goes wrong unseen."""
import json
import pathlib
import subprocess
import sys
import tempfile

import tap

COUNT = pathlib.Path(__file__).resolve().parent / "count_results.py"


def run(programs, cases="", status=0, stdout=""):
    """What is printed, and the exit code, for logs such as meson writes."""
    with tempfile.TemporaryDirectory() as folder:
        logs = pathlib.Path(folder)
        (logs / "testlog.json").write_text("".join(
            json.dumps({"name": "otrd:suite / " + name, "result": result, "stdout": stdout}) + "\n"
            for name, result in programs))
        (logs / "testlog.junit.xml").write_text("<testsuites>%s</testsuites>" % cases)
        done = subprocess.run([sys.executable, COUNT, folder, str(status)],
                              capture_output=True, text=True, timeout=110)
        return done.stdout, done.returncode


def count(*arguments, **options):
    """The last line and the exit code."""
    printed, code = run(*arguments, **options)
    return printed.splitlines()[-1], code


def case(program, name, wrong=""):
    return '<testcase name="%s" classname="otrd.otrd:suite / %s">%s</testcase>' % (
        name, program, wrong and "<%s/>" % wrong)


def cases_are_counted_not_programs():
    assert count([("a", "OK"), ("b", "OK")], case("a", "1") + case("a", "2")) == (
        "3 passed, 0 failed", 0)


def a_failed_case_fails():
    assert count([("a", "FAIL")], case("a", "1") + case("a", "2", "failure")) == (
        "1 passed, 1 failed", 1)


def a_skipped_case_fails():
    assert count([("a", "OK")], case("a", "1") + case("a", "2", "skipped")) == (
        "1 passed, 1 failed", 1)


def a_skipped_program_fails():
    assert count([("a", "OK"), ("b", "SKIP")]) == ("1 passed, 1 failed", 1)


def a_crash_after_good_cases_fails():
    assert count([("a", "ERROR")], case("a", "1")) == ("1 passed, 1 failed", 1)


def a_timeout_fails():
    assert count([("a", "OK"), ("b", "TIMEOUT")]) == ("1 passed, 1 failed", 1)


def nothing_run_is_no_success():
    assert count([]) == ("0 passed, 0 failed", 1)


def a_failure_of_meson_itself_fails():
    assert count([("a", "OK")], status=2) == ("1 passed, 1 failed", 1)


def what_a_failed_program_said_is_told():
    said = "1..2\n# why\nnot ok 1 - a\n# of no matter\nok 2 - b\n"
    printed, _ = run([("a", "FAIL")], case("a", "1", "failure"), stdout=said)
    assert "  # why\n  not ok 1 - a\nFAILED" in printed and "of no matter" not in printed, printed
    assert "said" not in run([("a", "OK")], stdout=said)[0]


tap.run({name.replace("_", " "): function for name, function in (
    (f.__name__, f) for f in (
        cases_are_counted_not_programs, a_failed_case_fails, a_skipped_case_fails,
        a_skipped_program_fails, a_crash_after_good_cases_fails, a_timeout_fails,
        nothing_run_is_no_success, a_failure_of_meson_itself_fails,
        what_a_failed_program_said_is_told))}, watchdog=280)
