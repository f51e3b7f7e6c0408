#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ./try.sh --interactive shows to one who types: in a terminal, and from a
pipe that ends."""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import time

import tap

PROGRAM = str(pathlib.Path(__file__).parents[2] / "demo" / "interactive.py")
COLOURS = re.compile(r"\033\[[0-9;]*m")
PATIENCE = 100


def unfold(shown):
    """The columns one after the other, their lines joined again."""
    rows = [line.split("│") for line in shown.splitlines()]
    columns = [[row[n].strip() for row in rows if len(row) == 3] for n in range(3)]
    plain = ["".join(row) for row in rows if len(row) != 3]
    return "\n".join(" ".join(filter(None, column)) for column in (*columns, plain))


class Typist:
    """A person at a terminal, who reads before typing on."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen([sys.executable, PROGRAM], stdin=slave, stdout=slave,
                                        stderr=slave, start_new_session=True)
        os.close(slave)
        self.shown, self.seen = "", 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.master)
        self.process.kill()
        self.process.wait()

    def type(self, line):
        os.write(self.master, line.encode() + b"\n")

    def read(self, *words):
        """Reads on until all of these have come, in any order, since the last call."""
        deadline = time.monotonic() + PATIENCE
        while not all(word in unfold(self.shown[self.seen:]) for word in words):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.master], [], [], left)[0], (words, self.shown)
            self.shown += COLOURS.sub("", os.read(self.master, 65536).decode(errors="replace"))
        self.seen = len(self.shown)

    def read_to_the_end(self):
        try:
            while os.read(self.master, 65536):
                pass
        except OSError:  # the other end is closed
            pass
        return self.process.wait(PATIENCE)


def who_types_sees_a_whole_conversation():
    with Typist() as alice:
        alice.read("/quit")
        alice.type("hello Bob")
        alice.read("alice is told: private now", "bob is told: private now", "alice reads: ")
        alice.type("/wrong")
        alice.read("alice is told: verification: failed")
        alice.type("/verify")
        alice.read("bob is told: asked: What is your cat called?",
                   "alice is told: verification: verified")
        alice.type("/status")
        alice.read("state: private", "trust: verified")
        alice.type("/end")
        alice.read("bob has noticed that it ended")
        alice.type("/quit")
        assert alice.read_to_the_end() == 0


def a_pipe_that_ends_ends_it():
    given = "/start\nhello Bob\n/frob\n/end\n"
    ended = subprocess.run([sys.executable, PROGRAM], input=given, capture_output=True, text=True,
                           timeout=PATIENCE)
    assert ended.returncode == 0, ended
    assert "for a terminal" in ended.stderr, ended.stderr
    assert "alice: hello Bob" in unfold(COLOURS.sub("", ended.stdout)), ended.stdout
    assert "Traceback" not in ended.stderr, ended.stderr


tap.run({
    "who types sees a whole conversation": who_types_sees_a_whole_conversation,
    "a pipe that ends ends it": a_pipe_that_ends_ends_it,
}, watchdog=280)
