#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The matrix of rights: every kind of caller, every member of the contract.

The members are read from the contract's XML: one that has no row here fails the
test, so that nobody adds a method without saying who may call it."""
import pathlib
import xml.etree.ElementTree as tree

from gi.repository import Gio, GLib

import tap
from desktop import Desktop
from messenger import Client
from sandboxed import Sandboxed, error_name, open_direct, parameters_of
from talk import ALICE, BOB, open_messenger

APP, STRANGER, NOBODY = "org.example.Chat", "org.example.Stranger", "not-an-id"
MANAGER = "/im/otrd1"
XML = pathlib.Path(__file__).resolve().parents[2] / "introspection"
DUMMIES = {"s": "x", "u": 0, "t": 7, "ay": [], "a{sv}": {}, "a{sh}": {}, "h": 7}
ARGUMENTS = {"OpenSession": ["xmpp", ALICE, BOB, {}]}
PROPERTIES = "org.freedesktop.DBus.Properties"

# Of the sandboxed ones granted and ungranted are on the direct connection that the Portal opened,
# sandboxed has a grant too but calls im.otrd1 itself.
# What a caller gets: YES, it is served (if only to be told that its arguments are wrong); NO,
# AccessDenied; MINE, NoMessenger, as it is not attached; BLIND, an error, and the same one as if
# there were no such object.
YES, NO, MINE, BLIND = "yes", "no", "mine", "blind"
CALLERS = ("owner", "stranger", "direct", "direct stranger", "granted", "ungranted", "sandboxed",
           "unknown")
ANYONE = dict.fromkeys(CALLERS[:4], YES) | dict.fromkeys(CALLERS[4:], NO)
SESSION = ANYONE | {"granted": YES, "ungranted": BLIND}
ATTACHED = SESSION | {"stranger": MINE, "direct stranger": MINE}
PUBLIC = ANYONE | {"granted": YES, "ungranted": YES}
PORTAL = PUBLIC | {"sandboxed": YES}

TABLE = {
    "Manager": {
        "Version": PUBLIC, "ProgramVersion": PUBLIC, "Vault": PUBLIC, "KeyStore": PUBLIC,
        "DefaultPolicy": PUBLIC, "LockWithScreen": PUBLIC, "LockWhenIdle": PUBLIC,
        "SetAutoLock": ANYONE, "Register": PUBLIC, "OpenAccount": ANYONE,
        "OpenSession": PUBLIC | {"ungranted": NO}, "SetDefaultPolicy": ANYONE, "Unlock": ANYONE,
        "Lock": ANYONE, "OpenDirectConnection": ANYONE, "ListApplications": ANYONE,
        "SetGrant": ANYONE, "ListClients": ANYONE, "Import": ANYONE, "SetKeyStore": ANYONE,
        "CheckVault": ANYONE, "BackupVault": ANYONE, "RestoreVault": ANYONE,
    },
    "Account": {
        "Protocol": ANYONE, "Name": ANYONE, "Fingerprint": ANYONE, "KeyState": ANYONE,
        "Policy": ANYONE, "GenerateKey": ANYONE, "ListFingerprints": ANYONE, "SetTrust": ANYONE,
        "Forget": ANYONE, "GetPolicy": ANYONE, "SetPolicy": ANYONE, "Remove": ANYONE,
    },
    "Session": {
        "Account": SESSION, "Contact": SESSION, "Policy": SESSION, "State": SESSION,
        "Trust": SESSION, "Blocked": SESSION, "Fingerprint": SESSION, "OtrVersion": SESSION,
        "SessionId": SESSION, "Instances": SESSION, "Instance": SESSION,
        "Verification": SESSION, "Held": SESSION, "Messengers": SESSION,
        "Send": SESSION, "Receive": SESSION, "Collect": SESSION, "Configure": ATTACHED,
        "Start": SESSION, "End": SESSION, "Detach": SESSION, "GetVerification": SESSION,
        "SelectInstance": SESSION, "StartVerification": ANYONE, "AnswerVerification": ANYONE,
        "AbortVerification": ANYONE, "AcceptFingerprint": ANYONE, "ExportKey": ANYONE,
        "TakeKey": ANYONE,
    },
    "Portal": {"Version": PORTAL, "OpenDirectConnection": PORTAL},
}
STANDARD = {
    ("org.freedesktop.DBus.Introspectable", "Introspect", "()"): ANYONE,
    ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "()"): PUBLIC,
    (PROPERTIES, "GetAll", "(s)", "im.otrd1.Manager"): PUBLIC,
    (PROPERTIES, "Set", "(ssv)", "im.otrd1.Manager", "DefaultPolicy", "never"): ANYONE,
    ("org.freedesktop.DBus.Peer", "Ping", "()"): ANYONE,
}
# What a member that is served may say to these arguments, besides InvalidArgument: it was there, and
# looked at them. Not that there is no such thing.
EXPECTED = {
    "StartVerification": "NotPrivate", "AnswerVerification": "NoVerification",
    "AbortVerification": "NoVerification", "ExportKey": "NotPrivate",
    "TakeKey": "NotFound",  # such a key
    "OpenAccount": None, "Unlock": None, "Lock": None, "ListApplications": None,
    "ListClients": None, "CheckVault": None, "Register": None, "OpenSession": None,
    "Receive": None, "Collect": None, "Configure": None, "Start": None, "End": None,
    "Detach": None, "GetVerification": None, "GenerateKey": "Exists", "ListFingerprints": None,
}
# One is not opened on another.
ON_DIRECT = {"OpenDirectConnection": "NotSupported"}


def is_served(caller, member, answer):
    """A property has a value; a method an answer, or an error that is its own."""
    name, signature, _ = member
    expected = EXPECTED.get(name, "InvalidArgument")
    if caller.startswith("direct"):
        expected = ON_DIRECT.get(name, expected)
    return "result" in answer or signature is not None and (
        answer["error"].rpartition(".")[2] == expected)


# Who hears of it.
EVERYBODY = ("owner", "stranger", "direct stranger")
SIGNALS = {"Manager.GrantRequested": EVERYBODY, "Account.TrustChanged": EVERYBODY,
           "Account.PolicyChanged": EVERYBODY, "Session.Pending": ("owner",)}
# What ends what the others need: done last.
LAST = ("End", "Detach", "Remove", "SetKeyStore", "Lock")


def members(interface):
    """(name, signature, dummies) of each member, from the contract; a property has no signature."""
    root = tree.parse(XML / ("im.otrd1.%s.xml" % interface)).getroot().find("interface")
    found = [(p.get("name"), None, None) for p in root.findall("property")]
    for method in root.findall("method"):
        types = [a.get("type") for a in method.findall("arg") if a.get("direction") == "in"]
        arguments = ARGUMENTS.get(method.get("name"), [DUMMIES[t] for t in types])
        found.append((method.get("name"), "(%s)" % "".join(types), arguments))
    return sorted(found, key=lambda member: member[0] in LAST)


class Unsandboxed:
    """A program of the user, asked as one in a sandbox is."""

    def __init__(self, connection):
        self.connection = connection

    def call(self, path, interface, method, signature="()", *arguments, name="im.otrd1"):
        bus = self.connection.get_unique_name() is not None
        try:
            result = self.connection.call_sync(
                name if bus else None, path, interface, method, parameters_of(signature, arguments),
                None, Gio.DBusCallFlags.NONE, 100000, None)
            return {"result": result.unpack()}
        except GLib.Error as error:
            return {"error": error_name(error)}


def ask(program, path, interface, member, name="im.otrd1"):
    member, signature, arguments = member
    if signature is None:
        return program.call(path, PROPERTIES, "Get", "(ss)", interface, member, name=name)
    return program.call(path, interface, member, signature, *arguments, name=name)


def cell_of(answer):
    return {"im.otrd1.Error.AccessDenied": NO, "im.otrd1.Error.NoMessenger": MINE}.get(
        answer.get("error"), YES)


def is_blind(program, answer, path, *asked):
    """It would not get another answer of an object that never was."""
    return "error" in answer and ask(program, path + "0", *asked) == answer


def differences(caller, program, paths):
    for interface, path in paths.items():
        name = "im.otrd1.Portal" if interface == "Portal" else "im.otrd1"
        for member in members(interface):
            wanted = TABLE[interface][member[0]][caller]
            answer = ask(program, path, "im.otrd1." + interface, member, name)
            got = BLIND if wanted == BLIND and is_blind(
                program, answer, path, "im.otrd1." + interface, member) else cell_of(answer)
            if got == YES and not is_served(caller, member, answer):
                got = "not served"
            if got != wanted:
                yield "%s.%s: %s, not %s: %s" % (interface, member[0], got, wanted, answer)


def standard_differences(caller, program):
    for (interface, method, *rest), row in STANDARD.items():
        answer = program.call(MANAGER, interface, method, *rest)
        if cell_of(answer) != row[caller] or method == "Set" and "error" not in answer:
            yield "%s: %s, not %s" % (method, answer, row[caller])


def check(caller, program, paths):
    wrong = list(differences(caller, program, paths))
    if "Manager" in paths:
        wrong += standard_differences(caller, program)
    assert not wrong, "\n".join([caller, *wrong])


def paths_of(owner):
    return {"Session": owner.path, "Account": owner.get("Account"), "Manager": MANAGER}


def every_member_has_a_row():
    for interface, rows in TABLE.items():
        named = {name for name, *rest in members(interface)}
        assert named == set(rows), (interface, named ^ set(rows))
        assert all(set(row) == set(CALLERS) for row in rows.values())
    assert {path.stem.rpartition(".")[2] for path in XML.glob("im.otrd1.*.xml")} == set(TABLE)


def open_owner(desktop):
    """With a key: what GenerateKey says would depend on how long making one takes."""
    owner = open_messenger(desktop)
    Unsandboxed(owner.connection).call(paths_of(owner)["Account"], "im.otrd1.Account",
                                       "GenerateKey", "(a{sv})", {})
    return owner


def a_program_of_the_user(caller):
    with Desktop() as desktop:
        owner = open_owner(desktop)
        program = owner if caller == "owner" else Client(desktop)
        check(caller, Unsandboxed(program.connection), paths_of(owner))
        check(caller, Unsandboxed(Client(desktop).connection), {"Portal": "/im/otrd1/portal"})


def a_stranger_on_a_direct_connection():
    with Desktop() as desktop:
        owner = open_owner(desktop)
        check("direct stranger", Unsandboxed(open_direct(desktop.connect())), paths_of(owner))


def listen(connection, heard):
    bus = connection.get_unique_name() is not None
    connection.signal_subscribe(
        "im.otrd1" if bus else None, None, None, None, None, Gio.DBusSignalFlags.NONE,
        lambda _, sender, path, interface, name, arguments: heard.add(
            interface.rpartition(".")[2] + "." + name))


def signals():
    for interface in TABLE:
        root = tree.parse(XML / ("im.otrd1.%s.xml" % interface)).getroot().find("interface")
        yield from (interface + "." + signal.get("name") for signal in root.findall("signal"))


def signals_are_for_the_user_and_the_bell_for_one():
    """What a sandboxed program hears is in test_callers.py."""
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        stranger = Client(desktop)
        programs = {"owner": owner.connection, "stranger": stranger.connection,
                    "direct stranger": open_direct(desktop.connect())}
        heard = {caller: set() for caller in programs}
        for caller, connection in programs.items():
            listen(connection, heard[caller])
        account = owner.get("Account")
        stranger.account(account, "SetTrust", "(sssa{sv})", BOB, "AB" * 20, "verified", {})
        stranger.account(account, "SetPolicy", "(ssa{sv})", BOB, "always", {})
        program = Sandboxed(desktop, STRANGER, rules=["--talk=im.otrd1.Portal"])
        program.call(MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})", "xmpp", ALICE, BOB,
                     {})
        program.close()
        stranger.connection.call_sync(
            "im.otrd1", owner.path, "im.otrd1.Session", "Start", GLib.Variant("(a{sv})", ({},)),
            None, Gio.DBusCallFlags.NONE, 100000, None)
        for connection in programs.values():
            Unsandboxed(connection).call(MANAGER, "org.freedesktop.DBus.Peer", "Ping")
        while GLib.MainContext.default().iteration(False):
            pass
        ours = {caller: {name for name in names if name in SIGNALS}
                for caller, names in heard.items()}
        assert set(signals()) == set(SIGNALS), set(signals()) ^ set(SIGNALS)
        for caller, names in ours.items():
            wanted = {name for name, row in SIGNALS.items() if caller in row}
            assert names == wanted, (caller, names ^ wanted)


def a_program_on_a_direct_connection():
    with Desktop() as desktop:
        desktop.start_service()
        program = Unsandboxed(open_direct(desktop.connect()))
        path, opened = program.call(MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})",
                                    "xmpp", ALICE, BOB, {})["result"]
        account = program.call(path, PROPERTIES, "Get", "(ss)", "im.otrd1.Session",
                               "Account")["result"][0]
        check("direct", program, {"Session": path, "Account": account, "Manager": MANAGER})


def grant(desktop):
    Client(desktop).manager("SetGrant", "(ssssa{sv})", APP, "xmpp", ALICE, "allow", {})


def a_sandboxed_program_with_a_grant():
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        grant(desktop)
        program = Sandboxed(desktop, APP, rules=["--talk=im.otrd1.Portal"])
        opened = program.call(MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})", "xmpp",
                              ALICE, BOB, {})
        check("granted", program, paths_of(owner) | {"Session": opened["result"][0]})
        program.close()


def a_sandboxed_program_without_one():
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        grant(desktop)
        program = Sandboxed(desktop, STRANGER, rules=["--talk=im.otrd1.Portal"])
        check("ungranted", program, paths_of(owner))
        program.close()


def a_sandboxed_program_on_the_bus(caller, application):
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        grant(desktop)
        program = Sandboxed(desktop, application, direct=False)
        check(caller, program, paths_of(owner) | {"Portal": "/im/otrd1/portal"})
        for path in ("/", MANAGER + "/account", MANAGER + "/account/none", owner.path):
            for method in ("im.otrd1.Session", "None"), ("org.freedesktop.DBus.Introspectable",
                                                         "Introspect"):
                answer = program.call(path, *method)
                assert cell_of(answer) == NO, (path, method, answer)
        program.close()


if __name__ == "__main__":
    tap.run({
        "every member has a row": every_member_has_a_row,
        "an owner is served": lambda: a_program_of_the_user("owner"),
        "a stranger attaches first": lambda: a_program_of_the_user("stranger"),
        "a direct connection has the same rights": a_program_on_a_direct_connection,
        "a stranger on one attaches first, too": a_stranger_on_a_direct_connection,
        "signals are for the user, and the bell for one":
            signals_are_for_the_user_and_the_bell_for_one,
        "a sandboxed program talks where it was granted": a_sandboxed_program_with_a_grant,
        "a sandboxed program without a grant learns nothing": a_sandboxed_program_without_one,
        "the main name is not for a sandbox":
            lambda: a_sandboxed_program_on_the_bus("sandboxed", APP),
        "a program that nobody knows gets nothing":
            lambda: a_sandboxed_program_on_the_bus("unknown", NOBODY),
    })
