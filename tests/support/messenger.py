# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A messenger that knows otrd by its D-Bus contract alone: the few calls that
make one complete (OpenSession, Send, Receive, Collect, Detach, Pending), and
those that a person's menu would have."""
import collections

from gi.repository import Gio, GLib

MANAGER_PATH = "/im/otrd1"
TURN = "(a(sa{sv})a(sa{sv}))"
# D-Bus types of the options that are not plain strings or booleans.
OPTION_TYPES = {"id": "t", "max-message-size": "u", "limit": "u"}


def options_of(members):
    options = {}
    for name, value in members.items():
        name = name.replace("_", "-")
        if isinstance(value, GLib.Variant):
            options[name] = value
        else:
            kind = OPTION_TYPES.get(name, "b" if isinstance(value, bool) else "s")
            options[name] = GLib.Variant(kind, value)
    return options


class ContractError(Exception):
    """An error reply of otrd: `name` is what follows im.otrd1.Error."""

    def __init__(self, error):
        self.remote = Gio.DBusError.get_remote_error(error) or ""
        self.name = self.remote.removeprefix("im.otrd1.Error.")
        super().__init__(error.message.removeprefix("GDBus.Error:"))


def call(connection, path, interface, method, signature="()", *arguments, timeout=100):
    try:
        return connection.call_sync(
            "im.otrd1", path, interface, method, GLib.Variant(signature, arguments), None,
            Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION, timeout * 1000, None).unpack()
    except GLib.Error as error:
        if Gio.DBusError.is_remote_error(error):
            raise ContractError(error) from None
        raise


class Client:
    """Any program on the bus: what a person does beside the messenger, too."""

    def __init__(self, desktop, application=None):
        self.connection = desktop.connect()
        self.sender = "im.otrd1" if self.connection.get_unique_name() else None
        # Only to be woken: what changed is looked up.
        self.connection.signal_subscribe(
            self.sender, "org.freedesktop.DBus.Properties", "PropertiesChanged", None, None,
            Gio.DBusSignalFlags.NONE, lambda *_: None)
        if application:
            self.manager("Register", "(sa{sv})", application, {})

    def manager(self, method, signature="(a{sv})", *arguments, **options):
        return call(self.connection, MANAGER_PATH, "im.otrd1.Manager", method, signature,
                    *(arguments or ({},)), **options)

    def property(self, name, path=MANAGER_PATH, interface="im.otrd1.Manager"):
        return call(self.connection, path, "org.freedesktop.DBus.Properties", "Get", "(ss)",
                    interface, name)[0]

    def open_account(self, protocol, name, **options):
        return self.manager("OpenAccount", "(ssa{sv})", protocol, name, options_of(options))[0]

    def account(self, path, method, signature="(a{sv})", *arguments, **options):
        return call(self.connection, path, "im.otrd1.Account", method, signature,
                    *(arguments or ({},)), **options)

    def account_property(self, path, name):
        return self.property(name, path, "im.otrd1.Account")

    def fingerprints(self, path, **wanted):
        return self.account(path, "ListFingerprints", "(a{sv})", options_of(wanted))[0]

    def close(self):
        self.connection.close_sync(None)


class Messenger(Client):
    """One conversation of one messenger."""

    def __init__(self, desktop, application, protocol, account, contact, **options):
        super().__init__(desktop, application)
        self.outbox = collections.deque()
        self.events = []
        self.read = []          # (verdict, text) of what has something to show
        self.connection.signal_subscribe(
            self.sender, "im.otrd1.Session", "Pending", None, None,
            Gio.DBusSignalFlags.NONE, self._on_pending)
        self.rung = False
        self.path, self.opened = self.manager("OpenSession", "(sssa{sv})", protocol, account,
                                              contact, options_of(options))
        self.rung = self.opened["pending"]

    # What the contract asks of a messenger
    def _on_pending(self, *_):
        self.rung = True

    def _session(self, method, signature, *arguments):
        results = call(self.connection, self.path, "im.otrd1.Session", method, signature,
                       *arguments)
        *results, transmit, events = results
        self.outbox.extend(line for line, details in transmit)
        self.events += [(name, details) for name, details in events]
        return results

    def send(self, text, at_least="", **options):
        verdict, details = self._session("Send", "(ssa{sv})", text, at_least, options_of(options))
        return verdict

    def receive(self, line, **options):
        verdict, text, details = self._session("Receive", "(sa{sv})", line, options_of(options))
        if verdict in ("private", "plaintext", "unexpected-plaintext"):
            self.read.append((verdict, text))
        return verdict

    def collect(self):
        self.rung = False
        self._session("Collect", "(a{sv})", {})

    def take_transmissions(self):
        GLib.MainContext.default().iteration(False)
        if self.rung:
            self.collect()
        lines, self.outbox = list(self.outbox), collections.deque()
        return lines

    # What a person's menu has
    def start(self):
        self._session("Start", "(a{sv})", {})

    def end(self):
        self._session("End", "(a{sv})", {})

    def detach(self, **options):
        self._session("Detach", "(a{sv})", options_of(options))

    def configure(self, **options):
        self._session("Configure", "(a{sv})", options_of(options))

    def verify(self, secret, question=None, **options):
        if question:
            options["question"] = question
        self._session("StartVerification", "(sa{sv})", secret, options_of(options))

    def answer(self, secret, **options):
        self._session("AnswerVerification", "(sa{sv})", secret, options_of(options))

    def accept(self, fingerprint):
        self._session("AcceptFingerprint", "(sa{sv})", fingerprint, {})

    def abort_verification(self):
        self._session("AbortVerification", "(a{sv})", {})

    def verification(self):
        return call(self.connection, self.path, "im.otrd1.Session", "GetVerification",
                    "(a{sv})", {})[0]

    def get(self, name):
        return self.property(name, self.path, "im.otrd1.Session")

    # What happened
    def texts(self, verdict="private"):
        return [text for kind, text in self.read if kind == verdict]

    def events_named(self, name):
        return [details for event, details in self.events if event == name]

    def results(self):
        return [details["result"] for details in self.events_named("verification-finished")]
