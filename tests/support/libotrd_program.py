# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A messenger in a process of its own, on libotrd: it can be killed, and put in a sandbox.

The rest of this file is what runs there: it does what it is told on its standard input, one
order in a line, and prints what came of each."""
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve()


def command(address, account, contact, door="direct"):
    return ["/usr/bin/python3", str(HERE), address, account, contact, door]


def library_folders():
    return [os.environ["GI_TYPELIB_PATH"]]


class Program:
    """One end of a Network; `process` speaks, by default one of the desktop's."""

    def __init__(self, desktop, account, contact, door="direct", process=None):
        self.process = process or desktop.start(
            command(desktop.address, account, contact, door), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=desktop.log, text=True)
        self.outbox, self.read, self.events = collections.deque(), [], []

    def tell(self, order, *words):
        """What came of it: a dictionary, with `error` in it if it failed."""
        self.process.stdin.write(json.dumps([order, *words]) + "\n")
        self.process.stdin.flush()
        came = json.loads(self.process.stdout.readline())
        self.outbox.extend(came.get("lines", []))
        self.events.extend(came.get("events", []))
        if came.get("verdict") == "private" and came.get("text"):
            self.read.append(came["text"])
        return came

    def receive(self, line):
        came = self.tell("receive", line)
        assert "error" not in came, came

    def take_transmissions(self):
        self.tell("collect")
        lines, self.outbox = list(self.outbox), collections.deque()
        return lines

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


# There

class Messenger:
    def __init__(self, address, account, contact, door):
        bus = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        bus.set_exit_on_close(False)
        self.client = Otrd.Client(connection=bus, application="program",
                                  direct_allowed=door == "direct")
        self.client.init(None)
        self.words = ("xmpp", account, contact)
        self.session = None

    def open(self):
        self.session = self.client.open_session_sync(*self.words, None, None)

    def start(self):
        return self.session.start_sync(None, None)

    def collect(self):
        return self.session.collect_sync(None, None)

    def send(self, text, at_least):
        return self.session.send_sync(text, at_least, None, None)

    def receive(self, line):
        return self.session.receive_sync(line, None, None)

    def list_accounts(self):
        self.client.list_accounts_sync(None)

    def describe(self, turn):
        known = {"direct": self.client.get_direct(), "available": self.client.get_available()}
        if self.session is not None:
            known.update(state=self.session.get_state().value_nick,
                         session_id=self.session.get_session_id()[1:])
        if turn is not None:
            known.update(lines=[t.get_line() for t in turn.get_transmissions()],
                         events=[e.get_name() for e in turn.get_events()],
                         verdict=turn.get_verdict().value_nick, text=turn.get_text())
        return known

    def obey(self, order, *words):
        try:
            return self.describe(getattr(self, order)(*words))
        except GLib.Error as error:
            return {"error": error.code if error.domain == "otrd-error-quark" else -1,
                    "message": error.message, "denied": error.matches(
                        Otrd.error_quark(), Otrd.Error.ACCESS_DENIED)}


def main(*words):
    messenger = Messenger(*words)
    for line in sys.stdin:
        print(json.dumps(messenger.obey(*json.loads(line))), flush=True)


if __name__ == "__main__":
    import gi

    gi.require_version("Otrd", "1")
    from gi.repository import Gio, GLib, Otrd

    main(*sys.argv[1:])
