#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each method answers in each state of the vault: the tables that stand in
the contract, tried cell by cell, with the flag that allows a prompt and without.

The methods are read from the contract's XML: one that has no row fails the test.

    test_states.py Manager | Account | Session"""
import os
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

from gi.repository import Gio, GLib

import tap
from desktop import wait_until
from messenger import Client, Messenger
from network import Network
from vault_ways import ALICE, EARLY, INTERACTIVE, LATER, Place

CONTRACT = pathlib.Path(os.environ["OTRD_CONTRACT"]).parent
BACKUP = CONTRACT.parent / "tests/fixtures/vault/format-1-records-1-secret-service/backup"
PASSPHRASE = b"staple battery"
FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
BOB, CAROL, DAVE, NEW = ("%s@example.org" % name for name in ("bob", "carol", "dave", "new"))


# The tables

def methods_of(interface):
    """{method: the types of its arguments}"""
    root = ElementTree.parse(CONTRACT / ("im.otrd1.%s.xml" % interface)).getroot()
    return {method.get("name"): [argument.get("type") for argument in method.findall("arg")
                                 if argument.get("direction") == "in"]
            for method in root.find("interface").findall("method")}


def read_tables(interface):
    """{title: {row: {state: cell}}}; the title is the first cell of a table's first line."""
    tables, columns = {}, []
    for line in (CONTRACT / ("im.otrd1.%s.xml" % interface)).read_text().splitlines():
        title, *cells = [cell.strip() for cell in line.split("|")]
        if not cells:
            columns = []
        elif not columns:
            columns, rows = cells, tables.setdefault(title, {})
        else:
            assert len(cells) == len(columns), line
            rows[title] = dict(zip(columns, cells))
    return tables


TABLES = {interface: read_tables(interface) for interface in ("Manager", "Account", "Session")}
REFUSED = TABLES["Manager"]["method"].pop("refused")


def method_of(row):
    return row.partition(",")[0]


def every_method_has_a_row(interface):
    for title, rows in TABLES[interface].items():
        named, methods = {method_of(row) for row in rows}, set(methods_of(interface))
        assert named == methods or title.endswith("known") and named < methods, named ^ methods
        for row, cells in rows.items():
            assert all(cells.values()), (title, row)


class Cell:
    """`answer`, or `answer without the flag/answer with it`; a `*`: with it a prompt is shown."""

    def __init__(self, text, state):
        self.prompts = text.endswith("*")
        quiet, _, loud = text.rstrip("*").partition("/")
        self.answers = [REFUSED[state] if answer == "refused" else answer
                        for answer in (quiet, loud or quiet)]


# The calls

def descriptor(content):
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


def passphrase():
    return {"passphrase": descriptor(PASSPHRASE)}


# What goes with a method where empty arguments would not do; a descriptor where its type is h.
ARGUMENTS = {
    "Register": lambda: ("states", {}),
    "OpenAccount": lambda: ("xmpp", NEW, {}),
    "OpenSession": lambda: ("xmpp", NEW, BOB, {}),
    "OpenAccount, known": lambda: ("xmpp", ALICE, {}),
    "OpenSession, account known": lambda: ("xmpp", ALICE, NEW, {}),
    "OpenSession, session known": lambda: ("xmpp", ALICE, BOB, {}),
    "SetDefaultPolicy": lambda: ("always", {}),
    "SetAutoLock": lambda: ({"idle": GLib.Variant("u", 3600)},),
    "SetGrant": lambda: ("org.example.App", "xmpp", ALICE, "allow", {}),
    "Import": lambda: ("libotr", {"fingerprints": descriptor(
        b"bob@example.org\talice@example.org\tprpl-jabber\t%s\t\n" % FINGERPRINT.lower().encode())},
        {}),
    "SetKeyStore": lambda: ("passphrase", passphrase()),
    "BackupVault": lambda: (os.memfd_create("backup"), passphrase()),
    "RestoreVault": lambda: (os.open(BACKUP, os.O_RDONLY), passphrase()),
    "SetTrust": lambda: (CAROL, FINGERPRINT, "verified", {}),
    "Forget": lambda: (BOB, FINGERPRINT, {}),
    "GetPolicy": lambda: (BOB, {}),
    "SetPolicy": lambda: (BOB, "always", {}),
    "Remove": lambda: ({"confirm": GLib.Variant("s", DAVE)},),
    "Send": lambda: ("a text", "", {}),
    "Receive": lambda: ("a line", {}),
    "Receive, a query": lambda: ("?OTRv3?", {}),
    "StartVerification": lambda: ("a secret", {}),
    "AnswerVerification": lambda: ("a secret", {}),
    "AcceptFingerprint": lambda: (FINGERPRINT, {}),
    "SelectInstance": lambda: (0, {}),
    "ExportKey": lambda: (1, b"", {}),
    "TakeKey": lambda: (7, {}),
}
VERDICTS = {"Send": 0, "Receive": 0}


def with_handles(types, values):
    """The values as D-Bus has them, and the descriptors beside."""
    handles = Gio.UnixFDList.new()

    def add(descriptor):
        index = handles.append(descriptor)
        os.close(descriptor)
        return index

    def option(value):
        return value if isinstance(value, GLib.Variant) else GLib.Variant("h", add(value))

    fillers = {"h": add,
               "a{sh}": lambda value: {key: add(item) for key, item in value.items()},
               "a{sv}": lambda value: {key: option(item) for key, item in value.items()}}
    values = tuple(fillers.get(kind, lambda value: value)(value)
                   for kind, value in zip(types, values))
    return GLib.Variant("(%s)" % "".join(types), values), handles


class Call:
    """One call, and what came of it in the words of the tables; None: nothing yet."""

    def __init__(self, client, interface, row, path, flags, arguments=None):
        self.answer, self.method = None, method_of(row)
        values = arguments or ARGUMENTS.get(row, lambda: ({},))()
        parameters, handles = with_handles(methods_of(interface)[self.method], values)
        client.connection.call_with_unix_fd_list(
            "im.otrd1", path, "im.otrd1." + interface, self.method, parameters, None, flags, 110000,
            handles, None, self._on_answered)

    def _on_answered(self, connection, result):
        try:
            values, _ = connection.call_with_unix_fd_list_finish(result)
            self.answer = values[0] if self.method in VERDICTS else "ok"
        except GLib.Error as error:
            name = Gio.DBusError.get_remote_error(error) or error.message
            self.answer = name.rpartition(".")[2]

    def wait(self):
        wait_until(lambda: self.answer, "an answer to " + self.method)
        return self.answer


# What is called

class Manager:
    """Of a new account unless the row says otherwise."""

    def __init__(self, place, is_known=False):
        self.place = place
        if is_known:
            place.client.manager("OpenSession", "(sssa{sv})", "xmpp", ALICE, BOB, {})

    def call(self, row, flags):
        return Call(self.place.client, "Manager", row, "/im/otrd1", flags)


class Account:
    def __init__(self, place):
        self.place = place
        opened = place.client.open_account
        self.paths = {"GenerateKey": opened("xmpp", CAROL), "Remove": opened("xmpp", DAVE)}
        self.path = opened("xmpp", ALICE)
        place.client.account(self.path, "SetTrust", "(sssa{sv})", BOB, FINGERPRINT, "verified", {})

    def call(self, row, flags):
        return Call(self.place.client, "Account", row, self.paths.get(row, self.path), flags)


class Session:
    """A session of its own for each row."""

    def __init__(self, place, title):
        self.place = place
        self.messengers = {row: self.open(row) for row in TABLES["Session"][title]}

    def open(self, row):
        contact = "%s@example.org" % row.lower().translate({32: None, 44: None})
        return Messenger(self.place.desktop, "left", "xmpp", ALICE, contact)

    def call(self, row, flags):
        messenger = self.messengers[row]
        return Call(messenger, "Session", row, messenger.path, flags, self.arguments_of(row))

    def arguments_of(self, row):
        return None


class PrivateSession(Session):
    def __init__(self, place, title):
        self.lines, self.fingerprints = {}, {}
        super().__init__(place, title)

    def open(self, row):
        left = super().open(row)
        right = Messenger(self.place.desktop, "right", "xmpp", BOB, left.opened["contact"])
        left.start()
        Network(left, right).carry_until(
            lambda: left.get("State") == right.get("State") == "private", "private")
        right.send("a text", "private")
        self.lines[row] = right.outbox.pop()
        self.fingerprints[row] = left.get("Fingerprint")
        return left

    def arguments_of(self, row):
        if row == "Receive":
            return self.lines[row], {}
        if row == "AcceptFingerprint":
            return self.fingerprints[row], {}
        return None


SUBJECTS = {
    "method": lambda interface: {"Manager": Manager, "Account": Account}[interface],
    "method, account known": lambda interface: lambda place: Manager(place, is_known=True),
    "method, fresh session": lambda interface: lambda place: Session(place, "method, fresh session"),
    "method, private session": lambda interface: lambda place: PrivateSession(
        place, "method, private session"),
}


# The walk

class Walk:
    """Through one column of a table, in one way. What a call has changed is made anew."""

    def __init__(self, subject, column, state, prepare, flags, wants_objects):
        self.subject_of, self.column, self.state = subject, column, state
        self.prepare, self.flags, self.wants_objects = prepare, flags, wants_objects
        self.place = self.subject = None
        self.waiting, self.wrong = [], []

    def begin(self):
        self.place = Place(answered=self.column != "unlocking")
        try:
            if self.wants_objects:
                self.place.fill()
                self.subject = self.subject_of(self.place)
            self.prepare(self.place)
            self.place.wait_for(self.state)
            if not self.wants_objects:
                self.subject = self.subject_of(self.place)
        except BaseException:
            self.end(keep_log=True)
            raise

    def has_changed(self):
        client = self.place.client
        return (client.property("Vault"), client.property("KeyStore")) != (self.state,
                                                                           "secret-service")

    def end(self, keep_log=False):
        place, self.place = self.place, None
        for row, call in self.waiting:
            if call.answer is not None:
                self.wrong.append((row, "did not wait", call.answer))
        self.waiting = []
        place.close(keep_log)

    def try_cell(self, row, cell):
        if self.place is None:
            self.begin()
        wanted = cell.answers[bool(self.flags)]
        call = self.subject.call(row, self.flags)
        if wanted == "waits":
            self.waiting.append((row, call))
            return
        answer = call.wait()
        if answer != wanted:
            self.wrong.append((row, "flag" if self.flags else "no flag", answer, "not", wanted))
        if cell.prompts and self.flags:
            self.place.prompter.wait_for_prompt()
            self.place.wait_for(self.state)

    def run(self, cells):
        for row, cell in cells.items():
            if row == "Lock" and self.place is not None:
                self.finish()
            self.try_cell(row, cell)
            if row == "Lock" or self.has_changed():
                self.finish()
        if self.place is not None:
            self.finish()
        assert not self.wrong, "\n".join([self.column, *map(str, self.wrong)])

    def finish(self):
        prompts = self.place.prompter.count_prompts()
        if prompts:
            self.wrong.append((prompts, "prompts too many"))
        self.end()


def walk(interface, title, column, state, prepare, is_early, flags):
    cells = {row: Cell(cells[column], column) for row, cells in TABLES[interface][title].items()}
    Walk(SUBJECTS[title](interface), column, state, prepare, flags, not is_early).run(cells)


def tests_of(interface):
    tests = {"every method of %s has a row" % interface: lambda: every_method_has_a_row(interface)}
    for title, rows in TABLES[interface].items():
        columns = next(iter(rows.values()))
        for is_early, ways in ((True, EARLY), (False, LATER)):
            if is_early and title != "method" or is_early and interface != "Manager":
                continue
            for column, (state, how) in ways.items():
                for way, prepare in how.items():
                    for flags in (Gio.DBusCallFlags.NONE, INTERACTIVE):
                        name = "%s, %s: %s%s" % (interface, title, way,
                                                  ", prompts allowed" if flags else "")
                        if column in columns:
                            tests[name] = (lambda *a: lambda: walk(*a))(
                                interface, title, column, state, prepare, is_early, flags)
    return tests


interface = sys.argv.pop(1)
tap.run(tests_of(interface), watchdog=580)
