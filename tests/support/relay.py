# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A messenger made of an `otrctl relay` process: one JSON object a line."""
import collections
import json
import os
import subprocess

from gi.repository import Gio, GLib

import children
from desktop import wait_until

SHOWN = ("private", "plaintext", "unexpected-plaintext")


class Relay:
    def __init__(self, desktop, account, contact, protocol="xmpp", application=None):
        options = ["--application", application] if application else []
        self.process = desktop.start(
            [os.environ["OTRD_OTRCTL"], "relay", *options, protocol, account, contact],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.account, self.contact = account, contact
        self.outbox = collections.deque()
        self.heard = []         # every object that the relay wrote
        self.asked, self.answered = 0, 0
        self.ended = False
        self.on_heard = None    # called with each object as it comes
        self.state = {}         # what the relay said of the session last
        self.reader = Gio.DataInputStream.new(
            Gio.UnixInputStream.new(self.process.stdout.fileno(), False))
        self._read_on()
        wait_until(lambda: self.state or self.ended, "the relay's first words")

    def _read_on(self):
        self.reader.read_line_async(GLib.PRIORITY_DEFAULT, None, self._on_line)

    def _on_line(self, reader, result):
        line, _ = reader.read_line_finish_utf8(result)
        if line is None:
            self.ended = True
            return
        heard = json.loads(line)
        self.heard.append(heard)
        if "state" in heard and "verdict" not in heard and "event" not in heard:
            self.state = heard
        if "transmit" in heard:
            self.outbox.append(heard["transmit"])
        if "done" in heard:
            self.answered += 1
        if self.on_heard:
            self.on_heard(heard)
        self._read_on()

    def ask(self, **operation):
        """Writes one object and waits until all that it caused has come."""
        self.asked += 1
        line = json.dumps({name.replace("_", "-"): value for name, value in operation.items()})
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        wait_until(lambda: self.answered >= self.asked or self.ended,
                   "the relay's answer to " + line[:80])
        assert not self.ended, "the relay ended with status %s" % self.process.wait()

    # What a network asks of each end.
    def receive(self, line):
        self.ask(receive=line)

    def take_transmissions(self):
        GLib.MainContext.default().iteration(False)
        lines, self.outbox = list(self.outbox), collections.deque()
        return lines

    # What happened
    def events(self, name=None):
        events = [h for h in self.heard if "event" in h]
        return [e for e in events if e["event"] == name] if name else events

    def texts(self, verdict=None):
        return [h["text"] for h in self.heard
                if h.get("verdict") in ((verdict,) if verdict else SHOWN) and "text" in h]

    def close(self):
        """The end of input: the relay signs off. Its exit status."""
        self.process.stdin.close()
        self.process.stdin = None
        wait_until(lambda: self.ended, "the relay's end")
        return children.end(self.process)
