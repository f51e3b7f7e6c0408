#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libotrd from Python, through its typelib: every member of the contract in both
forms, values as Python has them, and a service that the bus starts again."""
import contextlib
import os
import pathlib
import signal
import tempfile

import gi
gi.require_version("Otrd", "1")
from gi.repository import Gio, GLib, Otrd  # noqa: E402

import tap  # noqa: E402
from desktop import Desktop, wait_until  # noqa: E402

SERVICE = "/usr/bin/python3 %s" % (pathlib.Path(__file__).resolve().parent / "typelib_service.py")
SECRET = GLib.Bytes.new(b"rosebud")
ALICE, BOB = "alice@example.org", "bob@example.org"
# method of the contract: (object, name in the library, arguments)
CALLS = {
    "Register": ("client", "register", ("again", "Again")),
    "OpenAccount": ("client", "open_account", ("xmpp", ALICE, None)),
    "OpenSession": ("client", "open_session", ("xmpp", ALICE, BOB, None)),
    "SetDefaultPolicy": ("client", "set_default_policy", (Otrd.Policy.ALWAYS, None)),
    "Unlock": ("client", "unlock", (SECRET, None)),
    "Lock": ("client", "lock", (None,)),
    "SetAutoLock": ("client", "set_auto_lock", (None,)),
    "OpenDirectConnection": ("client", "open_direct_connection", (None,)),
    "ListApplications": ("client", "list_applications", (None,)),
    "SetGrant": ("client", "set_grant", ("org.example.App", "xmpp", ALICE, "allow", None)),
    "ListClients": ("client", "list_clients", (None,)),
    "SetKeyStore": ("client", "set_key_store", ("passphrase", SECRET, None)),
    "CheckVault": ("client", "check_vault", (None,)),
    "GenerateKey": ("account", "generate_key", (None,)),
    "ListFingerprints": ("account", "list_fingerprints",
                         (GLib.Variant("a{sv}", {"limit": GLib.Variant("u", 5)}),)),
    "SetTrust": ("account", "set_trust", (BOB, "A" * 40, Otrd.Trust.VERIFIED, None)),
    "Forget": ("account", "forget", (BOB, "A" * 40, None)),
    "GetPolicy": ("account", "get_contact_policy", (BOB, None)),
    "SetPolicy": ("account", "set_contact_policy", (BOB, Otrd.Policy.INHERIT, None)),
    "Send": ("session", "send", ("hello", "private", None)),
    "Receive": ("session", "receive", ("?OTR:", None)),
    "Collect": ("session", "collect", (None,)),
    "Configure": ("session", "configure", (GLib.Variant("a{sv}", {}),)),
    "Start": ("session", "start", (None,)),
    "End": ("session", "end", (None,)),
    "StartVerification": ("session", "start_verification", (SECRET, "who?", None)),
    "AnswerVerification": ("session", "answer_verification", (SECRET, None)),
    "AbortVerification": ("session", "abort_verification", (None,)),
    "GetVerification": ("session", "get_verification_details", (None,)),
    "AcceptFingerprint": ("session", "accept_fingerprint", ("A" * 40, None)),
    "SelectInstance": ("session", "select_instance", (257, None)),
    "ExportKey": ("session", "export_key", (1, GLib.Bytes.new(b"x"), None)),
    "TakeKey": ("session", "take_key", (9, None)),
    "Detach": ("session", "detach", (None,)),
}
WITH_FILES = {"Import", "BackupVault", "RestoreVault", "Remove"}  # have tests of their own


class Side:
    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = desktop.connect()
        self.client = Otrd.Client.new_sync(self.bus, "test", "A test", None)
        self.account = self.client.open_account_sync("xmpp", ALICE, None, None)
        self.session = self.client.open_session_sync("xmpp", ALICE, BOB, None, None)

    def calls(self, method):
        lines = (self.desktop.home / "calls").read_text().splitlines()
        return [line for line in lines if line.split(" ")[0] == method]

    def wait_for(self, target, name, arguments):
        found = []
        getattr(target, name)(*arguments, None, lambda _, result: found.append(result))
        wait_until(lambda: found, name)
        return getattr(target, name + "_finish")(found[0])


@contextlib.contextmanager
def side():
    with Desktop(program=SERVICE, keyring=False) as desktop:
        yield Side(desktop)


def contract_methods():
    for path in pathlib.Path(os.environ["OTRD_CONTRACT"]).glob("im.otrd1.*.xml"):
        for interface in Gio.DBusNodeInfo.new_for_xml(path.read_text()).interfaces:
            if interface.name != "im.otrd1.Portal":
                yield from (method.name for method in interface.methods)


def every_method_is_in_this_list():
    assert set(contract_methods()) == set(CALLS) | WITH_FILES


def every_method_waits_and_does_not():
    with side() as us:
        for method, (owner, name, arguments) in CALLS.items():
            before = len(us.calls(method))
            getattr(getattr(us, owner), name + "_sync")(*arguments, None)
            us.wait_for(getattr(us, owner), name, arguments)
            assert len(us.calls(method)) == before + 2, method


def files_are_handed_over():
    with side() as us, tempfile.NamedTemporaryFile() as file:
        us.client.import_sync("libotr", {"fingerprints": file.name}, None, None)
        us.client.backup_vault_sync(file.fileno(), SECRET, None, None)
        us.client.restore_vault_sync(file.fileno(), SECRET, None, None)
        assert us.calls("Import") == ["Import ('libotr', {'fingerprints': 0}, {})"]
        assert us.calls("BackupVault") == ["BackupVault (0, {'passphrase': 1})"]
        assert us.calls("RestoreVault") == ["RestoreVault (0, {'passphrase': 1})"]
        try:
            us.client.import_sync("libotr", {"fingerprints": "/nonexistent"}, None, None)
        except GLib.Error as error:
            assert error.matches(Otrd.error_quark(), Otrd.Error.NOT_FOUND), error
        else:
            raise AssertionError("a file that is not there was imported")


def a_turn_is_values():
    with side() as us:
        turn = us.session.send_sync("hello", None,
                                    GLib.Variant("a{sv}", {"id": GLib.Variant("t", 7)}), None)
        assert turn.get_verdict() == Otrd.Verdict.PRIVATE and turn.get_id() == 7
        line, = turn.get_transmissions()
        assert line.get_line() == "HELLO" and line.get_to() == "bob@example.org/phone"
        assert list(line.get_ids()) == [7]
        event, = us.session.start_sync(None, None).get_events()
        assert event.get_name() == "private" and event.get_uint("version") == 3


def properties_are_values():
    with side() as us:
        assert us.client.props.available and us.client.props.vault == Otrd.Vault.READY
        assert us.account.props.key_state == Otrd.KeyState.READY
        assert us.session.props.state == Otrd.State.PRIVATE
        assert us.session.props.trust == Otrd.Trust.VERIFIED
        assert us.session.get_session_id() == (True, "01", "ab")
        assert us.session.get_messengers() == ["test"]


def keys_and_records_come_with_what_belongs_to_them():
    with side() as us:
        key, turn = us.session.export_key_sync(1, None, None, None)
        assert len(key.get_data()) == 32 and turn.is_empty()
        records, after = us.account.list_fingerprints_sync(None, None)
        assert records.unpack() == [] and after == ""
        policy, origin = us.account.get_contact_policy_sync(BOB, None, None)
        assert policy == Otrd.Policy.ALWAYS and origin == "contact"
        connection, details = us.client.open_direct_connection_sync(None, None)
        assert connection.get_unique_name() is None and details.unpack() == {}


def errors_are_the_contracts():
    with side() as us:
        try:
            us.account.remove_sync(None, None)
        except GLib.Error as error:
            assert error.matches(Otrd.error_quark(), Otrd.Error.IN_USE), error
            assert error.message == "a session is private"
        else:
            raise AssertionError("an error was lost")


def what_is_there_is_listed():
    with side() as us:
        account, = us.client.list_accounts_sync(None)
        session, = us.client.list_sessions_sync(None)
        assert account == us.account and account.props.name == ALICE
        assert session == us.session and session.props.contact == BOB


def kill_service(us):
    pid = us.bus.call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetConnectionUnixProcessID", GLib.Variant("(s)", ("im.otrd1",)), None, 0, -1, None)[0]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not us.client.props.available, "the service is gone")


def the_next_call_starts_the_service_again():
    with side() as us:
        kill_service(us)
        assert us.session.props.state == Otrd.State.UNKNOWN
        assert us.session.send_sync("hello", None, None, None).get_n_transmissions() == 1
        assert len(us.calls("OpenSession")) == 2 and us.client.props.available
        kill_service(us)
        assert us.wait_for(us.session, "receive", ("?OTR:", None)) is not None
        assert len(us.calls("OpenSession")) == 3 and us.calls("Register")


tap.run({
    "every method of the contract is in this list": every_method_is_in_this_list,
    "every method has a form that waits and one that does not": every_method_waits_and_does_not,
    "files are handed over by descriptor": files_are_handed_over,
    "a turn is values": a_turn_is_values,
    "properties are values": properties_are_values,
    "keys and records come with what belongs to them":
        keys_and_records_come_with_what_belongs_to_them,
    "errors are the contract's": errors_are_the_contracts,
    "what is there is listed": what_is_there_is_listed,
    "the next call starts the service again": the_next_call_starts_the_service_again,
}, watchdog=280)
