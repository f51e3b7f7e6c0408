# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Talks to the peer programs of tests/support/peers."""
import collections
import json
import os
import pathlib
import subprocess

import children

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"


class Peer:
    """A peer process. Each operation returns when all that it caused is known:
    lines to transmit wait in `outbox`, everything is kept in `events`."""

    def __init__(self, program, key, **options):
        arguments = ["--key", str(FIXTURES / (key + ".key"))]
        for name, value in options.items():
            arguments += ["--" + name, str(value)]
        self.process = children.start([str(program), *arguments], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.events = []
        self.outbox = collections.deque()
        self.ready = self._read()

    def _read(self):
        line = self.process.stdout.readline()
        assert line, "the peer ended with status %s" % self.process.wait()
        return json.loads(line)

    def run(self, op, **members):
        print(json.dumps({"op": op, **members}), file=self.process.stdin, flush=True)
        caused = []
        while (event := self._read())["event"] != "done":
            caused.append(event)
            if event["event"] == "inject":
                self.outbox.append(event["msg"])
        self.events += caused
        return caused

    # What a network asks of each end.
    def receive(self, line):
        return self.run("recv", msg=line)

    def take_transmissions(self):
        lines, self.outbox = list(self.outbox), collections.deque()
        return lines

    # What happened, newest last.
    def texts(self, private=True):
        return [e["text"] for e in self.events if e["event"] == "text" and e["private"] == private]

    def results(self):
        return [e["result"] for e in self.events
                if e["event"] == "smp" and e["result"] != "progress"]

    def state(self):
        states = [e for e in self.events if e["event"] == "state"]
        return states[-1] if states else {"state": "plaintext"}

    def warnings(self):
        return [e for e in self.events if e["event"] in ("warning", "error")]


def start_libotr(key, **options):
    return Peer(os.environ["OTRD_LIBOTR_PEER"], key, **options)


def start_potr(key, **options):
    return Peer(HERE / "peers" / "potr_peer.py", key, **options)
