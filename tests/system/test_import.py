#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Taking over what other clients have: files that libotr itself has written."""
import os
import pathlib
import subprocess
import threading

import tap
from desktop import Desktop
from gi.repository import Gio, GLib
from messenger import MANAGER_PATH, Client, ContractError

PIDGIN = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "pidgin"
KEYS, FINGERPRINTS = PIDGIN / "otr.private_key", PIDGIN / "otr.fingerprints"
OWN = {("xmpp", "alice@example.org"): "B440F8BDB4940B2EA8A2358B348232A5D755B0EE",
       ("xmpp", "carol@example.org"): "AAFDB78744D0064EBF2388995BCC967FF33EC731",
       ("irc", "alice@irc.example.net"): "1F5623DF5934E82D77A87A03F78CC955F2FA05F8"}


def import_files(client, files, form="pidgin", **options):
    descriptors = Gio.UnixFDList()
    handles = {}
    for role, path in files.items():
        descriptor = os.open(path, os.O_RDONLY)
        handles[role] = descriptors.append(descriptor)
        os.close(descriptor)
    options = {name: GLib.Variant("b", value) for name, value in options.items()}
    try:
        reply, _ = client.connection.call_with_unix_fd_list_sync(
            "im.otrd1", MANAGER_PATH, "im.otrd1.Manager", "Import",
            GLib.Variant("(sa{sh}a{sv})", (form, handles, options)), None,
            Gio.DBusCallFlags.NONE, 30000, descriptors, None)
    except GLib.Error as error:
        raise ContractError(error) from None
    return reply.unpack()[0]


BOTH = {"private-keys": KEYS, "fingerprints": FINGERPRINTS}


def trust_of(client, path, contact):
    return {record["fingerprint"]: record["trust"]
            for record in client.fingerprints(path, contact=contact)}


def keys_and_trust_come_over():
    with Desktop() as desktop:
        client = Client(desktop)
        report = import_files(client, BOTH)
        assert len(report["added"]) == 3 + 6, report["added"]
        for (protocol, name), fingerprint in OWN.items():
            path = client.open_account(protocol, name)
            assert client.account_property(path, "Fingerprint") == fingerprint, name
            assert client.account_property(path, "KeyState") == "ready"
        path = client.open_account("xmpp", "alice@example.org")
        assert trust_of(client, path, "bob@example.org") == {
            "C3CE08B6109F2D794A9843065705273D50790390": "verified",
            "FDC7878EB3F4ABBFA0FDF498B4BEEA5C50772A38": "unverified"}
        assert list(trust_of(client, path, "dave@example.org").values()) == ["verified"]


def not_every_word_means_trust():
    with Desktop() as desktop:
        client = Client(desktop)
        report = import_files(client, BOTH)
        irc = client.open_account("irc", "alice@irc.example.net")
        assert list(trust_of(client, irc, "Dave").values()) == ["unverified"]
        path = client.open_account("xmpp", "alice@example.org")
        assert list(trust_of(client, path, "erin@example.org").values()) == ["unverified"]
        words = [entry["trust-word"] for entry in report["added"] if "trust-word" in entry]
        assert words == ["überprüft"], words


def a_line_that_makes_no_sense_is_told_and_left_out():
    with Desktop() as desktop:
        report = import_files(Client(desktop), BOTH)
        assert [entry["line"] for entry in report["unreadable"]] == [6, 7], report["unreadable"]


def a_preview_changes_nothing():
    with Desktop() as desktop:
        client = Client(desktop)
        report = import_files(client, BOTH, preview=True)
        assert len(report["added"]) == 9
        path = client.open_account("xmpp", "alice@example.org")
        assert client.account_property(path, "Fingerprint") == ""
        assert not client.fingerprints(path)


def what_is_there_is_kept():
    with Desktop() as desktop:
        client = Client(desktop)
        path = client.open_account("xmpp", "alice@example.org")
        own = client.account(path, "GenerateKey", timeout=110)[0]
        client.account(path, "SetTrust", "(sssa{sv})", "bob@example.org",
                       "C3CE08B6109F2D794A9843065705273D50790390", "rejected", {})
        report = import_files(client, BOTH)
        assert client.account_property(path, "Fingerprint") == own
        assert trust_of(client, path, "bob@example.org")[
            "C3CE08B6109F2D794A9843065705273D50790390"] == "rejected"
        assert len(report["conflict"]) == 2, report["conflict"]
        again = import_files(client, BOTH)
        assert not again["added"], again["added"]


def an_imported_key_survives_a_restart():
    with Desktop() as desktop:
        import_files(Client(desktop), BOTH)
        desktop.stop_service()
        client = Client(desktop)
        path = client.open_account("irc", "alice@irc.example.net")
        assert client.account_property(path, "KeyState") == "ready"
        assert client.account_property(path, "Fingerprint") == OWN[("irc", "alice@irc.example.net")]


def an_empty_or_foreign_file_is_refused():
    with Desktop() as desktop:
        client = Client(desktop)
        empty, foreign = desktop.folder / "empty", desktop.folder / "foreign"
        empty.write_bytes(b"")
        foreign.write_bytes(b"(privkeys (account (name x)")
        for files, form in (({"private-keys": empty}, "libotr"),
                            ({"private-keys": foreign}, "libotr"),
                            ({"no-such-role": KEYS}, "libotr"), (BOTH, "no-such-program")):
            try:
                import_files(client, files, form)
            except ContractError as error:
                assert error.name in ("InvalidArgument", "VaultDamaged"), error
            else:
                raise AssertionError("%s was taken" % files)


def a_damaged_file_of_keys_is_told_and_does_not_keep_the_fingerprints_out():
    with Desktop() as desktop:
        client = Client(desktop)
        damaged = desktop.folder / "damaged"
        for content in (b"", b"(privkeys (account (name x)"):
            damaged.write_bytes(content)
            report = import_files(client, dict(BOTH, **{"private-keys": damaged}), preview=True)
            assert {entry["file"] for entry in report["added"]} == {"fingerprints"}, report
            assert report["unreadable"][0] == {
                "file": "private-keys",
                "reason": "the file of private keys is empty or damaged"}, report
        import_files(client, dict(BOTH, **{"private-keys": damaged}))
        path = client.open_account("xmpp", "alice@example.org")
        assert len(client.fingerprints(path)) == 5


def a_long_file_comes_whole_also_through_a_pipe():
    def write(path, lines):
        with open(path, "w") as file:
            file.writelines(lines)

    with Desktop() as desktop:
        client = Client(desktop)
        account = client.open_account("xmpp", "long@example.org")
        for kind, make in (("file", lambda path: None), ("pipe", os.mkfifo)):
            path = desktop.folder / kind
            make(path)
            lines = ["%s%d@example.org\tlong@example.org\tprpl-jabber\t%040X\t\n"
                     % (kind, number, number + 1) for number in range(3000)]
            writing = threading.Thread(target=write, args=(path, lines))
            writing.start()
            if kind == "file":
                writing.join()
            assert len(import_files(client, {"fingerprints": path})["added"]) == len(lines), kind
            writing.join()
        assert len(client.fingerprints(account, contact="pipe2999@example.org")) == 1


def otrctl_imports_and_says_what_came():
    with Desktop() as desktop:
        run = subprocess.run(
            [os.environ["OTRD_OTRCTL"], "import", "pidgin", "--private-keys", KEYS,
             "--fingerprints", FINGERPRINTS],
            env=desktop.environment, capture_output=True, text=True, timeout=110)
        assert run.returncode == 0, run.stderr
        assert "alice@example.org" in run.stdout and "added" in run.stdout, run.stdout
        client = Client(desktop)
        assert client.account_property(client.open_account("xmpp", "carol@example.org"),
                                       "Fingerprint") == OWN[("xmpp", "carol@example.org")]


tap.run({
    "keys and trust come over": keys_and_trust_come_over,
    "not every word means trust": not_every_word_means_trust,
    "a line that makes no sense is told and left out":
        a_line_that_makes_no_sense_is_told_and_left_out,
    "a preview changes nothing": a_preview_changes_nothing,
    "what is there is kept": what_is_there_is_kept,
    "an imported key survives a restart": an_imported_key_survives_a_restart,
    "an empty or foreign file is refused": an_empty_or_foreign_file_is_refused,
    "a damaged file of keys is told and does not keep the fingerprints out":
        a_damaged_file_of_keys_is_told_and_does_not_keep_the_fingerprints_out,
    "a long file comes whole, also through a pipe": a_long_file_comes_whole_also_through_a_pipe,
    "otrctl imports and says what came": otrctl_imports_and_says_what_came,
})
