#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vault as its user meets it: opened by the keyring or by a passphrase,
locked by either, moved from one to the other."""
import errno
import os
import pathlib
import subprocess
import tempfile

from gi.repository import Gio, GLib

import talk
import tap
from desktop import Desktop, wait_until
from keyring_lock import set_keyring_locked
from talk import ALICE, BOB

MANAGER = "im.otrd1.Manager"
PASSPHRASE = "staple battery"
LOCKED_STATUS, DAMAGED_STATUS = 5, 7


def otrctl(desktop, *arguments, text=""):
    environment = {**desktop.environment, "OTRCTL_PINENTRY": "none"}
    run = subprocess.run([os.environ["OTRD_OTRCTL"], *arguments], env=environment, input=text,
                         capture_output=True, text=True, timeout=110, check=False)
    return run.returncode, run.stdout.strip(), run.stderr


def property_of(desktop, name):
    return desktop.call("im.otrd1", "/im/otrd1", "org.freedesktop.DBus.Properties", "Get",
                        GLib.Variant("(ss)", (MANAGER, name)))[0]


def wait_for_state(desktop, state):
    changes = desktop.connection.signal_subscribe(
        "im.otrd1", "org.freedesktop.DBus.Properties", "PropertiesChanged", "/im/otrd1", None, 0,
        lambda *_: None)
    wait_until(lambda: property_of(desktop, "Vault") == state, "the vault is " + state)
    desktop.connection.signal_unsubscribe(changes)


def the_vault_follows_the_keyring():
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop, "left", ALICE, BOB)
        assert messenger is not None
        wait_for_state(desktop, "ready")
        set_keyring_locked(desktop, True)
        wait_for_state(desktop, "locked")
        assert otrctl(desktop, "unlock", "--no-prompt")[0] == LOCKED_STATUS
        set_keyring_locked(desktop, False)
        wait_for_state(desktop, "ready")


def after_lock_the_keyring_does_not_open_it():
    with Desktop() as desktop:
        talk.open_messenger(desktop, "left", ALICE, BOB)
        assert otrctl(desktop, "lock")[0] == 0
        set_keyring_locked(desktop, True)
        set_keyring_locked(desktop, False)
        assert property_of(desktop, "Vault") == "locked"
        assert otrctl(desktop, "unlock")[0] == 0
        assert property_of(desktop, "Vault") == "ready"


def a_session_goes_on_while_the_vault_is_locked():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        assert otrctl(desktop, "lock")[0] == 0
        talk.converse(network, ["Still here?", "Still here."])
        assert otrctl(desktop, "unlock")[0] == 0
        talk.converse(network, ["And again."])


def a_passphrase_serves_where_there_is_no_keyring():
    with Desktop(keyring=False) as desktop:
        assert otrctl(desktop, "key-store") == (0, "secret-service", "")
        assert otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin",
                      text=PASSPHRASE)[0] == 0
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(desktop, "locked")
        assert property_of(desktop, "KeyStore") == "passphrase"
        status, _, message = otrctl(desktop, "unlock", "--passphrase-stdin", text="wrong")
        assert status == LOCKED_STATUS and "wrong" in message and PASSPHRASE not in message
        assert otrctl(desktop, "unlock", "--passphrase-stdin", text=PASSPHRASE)[0] == 0
        assert ALICE in otrctl(desktop, "accounts")[1]


def a_vault_moves_to_a_passphrase_and_back():
    with Desktop() as desktop:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        assert otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin",
                      text=PASSPHRASE)[0] == 0
        assert otrctl(desktop, "key-store", "secret-service")[0] == 0
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(desktop, "ready")
        assert ALICE in otrctl(desktop, "accounts")[1]
        assert property_of(desktop, "KeyStore") == "secret-service"


def a_file_that_is_not_sound_is_found_out():
    with Desktop() as desktop:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        assert otrctl(desktop, "vault", "check")[0] == 0
        trust = desktop.home / ".local/share/otrd/trust"
        changed = bytearray(trust.read_bytes())
        changed[-1] ^= 1
        trust.write_bytes(changed)
        status, report, _ = otrctl(desktop, "vault", "check")
        assert status == 1 and "changed since it was written" in report, report


def a_vault_without_its_key_is_not_sound():
    with Desktop() as desktop:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        desktop.stop_service()
        desktop.delete_keyring_items()
        wait_for_state(desktop, "keyless")
        status, report, message = otrctl(desktop, "vault", "check")
        assert status == 1 and "keyless" in message, (status, message)
        assert [row.split("\t")[1] for row in report.splitlines()] == ["yes"] * 4, report


def fill_both_generations(desktop):
    """An account with a key, and two contacts' fingerprints, one change after the other."""
    assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
    own = otrctl(desktop, "key", "generate", "xmpp:" + ALICE)[1]
    for number in ("1", "2"):
        assert otrctl(desktop, "trust", "xmpp:" + ALICE, BOB, number * 40, "verified")[0] == 0
        assert otrctl(desktop, "account", "add", "xmpp", "more%s@example.org" % number)[0] == 0
    return own


def the_check_counts_generations():
    with Desktop() as desktop:
        fill_both_generations(desktop)
        status, report, _ = otrctl(desktop, "vault", "check")
        rows = {row.split("\t")[0]: row.split("\t")[1:4] for row in report.splitlines()}
        assert status == 0 and list(rows) == ["keys", "keys.previous", "trust", "trust.previous"]
        for name in ("keys", "trust"):
            sound, generation, read = rows[name]
            assert (sound, read) == ("yes", "yes") and 1 < int(generation) < 30, report
            assert int(rows[name + ".previous"][1]) == int(generation) - 1, report


def truncate(path):
    path.write_bytes(path.read_bytes()[:50])


def flip_last(path):
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(changed)


def goes_back_from(name, spoil, desktop):
    folder = desktop.home / ".local/share/otrd"
    own = fill_both_generations(desktop)
    desktop.stop_service()
    spoil(folder / name)
    spoilt = (folder / name).read_bytes()
    desktop.start_service()
    wait_for_state(desktop, "damaged")
    status, _, message = otrctl(desktop, "accounts")
    assert status == DAMAGED_STATUS and "otrctl vault restore --previous" in message, message
    status, report, _ = otrctl(desktop, "vault", "check")
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in report.splitlines()}
    assert status == 1 and [n for n, row in rows.items() if row[0] == "no"] == [name], report
    assert rows[name + ".previous"][2] == "yes", report
    status, _, message = otrctl(desktop, "vault", "restore", "--previous")
    assert status != 0 and "terminal" in message, message
    assert (folder / name).read_bytes() == spoilt
    assert otrctl(desktop, "vault", "restore", "--previous", "--yes") == (0, "", "")
    assert property_of(desktop, "Vault") == "ready"
    assert (folder / (name + ".aside-1")).read_bytes() == spoilt
    assert otrctl(desktop, "key", "show", "xmpp:" + ALICE)[1] == own
    known = otrctl(desktop, "fingerprints", "xmpp:" + ALICE, "--json")[1]
    assert "1" * 40 in known, known
    assert otrctl(desktop, "vault", "check")[0] == 0
    status, _, message = otrctl(desktop, "vault", "restore", "--previous", "--yes")
    assert status != 0 and "not damaged" in message, message


def a_damaged_vault_goes_back_to_the_generation_before():
    for name in ("keys", "trust"):
        for spoil in (truncate, flip_last):
            with Desktop() as desktop:
                goes_back_from(name, spoil, desktop)


def a_damaged_vault_of_a_passphrase_goes_back():
    for spoil in (truncate, flip_last):
        with Desktop(keyring=False) as desktop:
            assert otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin",
                          text=PASSPHRASE)[0] == 0
            fill_both_generations(desktop)
            desktop.stop_service()
            spoil(desktop.home / ".local/share/otrd/trust")
            desktop.start_service()
            otrctl(desktop, "unlock", "--passphrase-stdin", text=PASSPHRASE)
            wait_for_state(desktop, "damaged")
            status, report, _ = otrctl(desktop, "vault", "check")
            assert status == 1 and [row.split("\t")[1] for row in report.splitlines()] == [
                "yes", "yes", "no", "yes"], report
            assert otrctl(desktop, "vault", "restore", "--previous", "--yes") == (0, "", "")
            wait_for_state(desktop, "locked")
            assert otrctl(desktop, "unlock", "--passphrase-stdin", text=PASSPHRASE)[0] == 0
            assert "1" * 40 in otrctl(desktop, "fingerprints", "xmpp:" + ALICE, "--json")[1]


def what_has_no_good_generation_is_left_as_it_is():
    with Desktop() as desktop:
        fill_both_generations(desktop)
        desktop.stop_service()
        folder = desktop.home / ".local/share/otrd"
        truncate(folder / "trust")
        flip_last(folder / "trust.previous")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        desktop.start_service()
        wait_for_state(desktop, "damaged")
        for force in ((), ("--force",)):
            status, _, message = otrctl(desktop, "vault", "restore", "--previous", "--yes", *force)
            assert status == DAMAGED_STATUS and "trust.previous is damaged too" in message, message
        assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def an_open_vault_goes_back_when_it_is_forced():
    with Desktop() as desktop:
        fill_both_generations(desktop)
        known = otrctl(desktop, "fingerprints", "xmpp:" + ALICE, "--json")[1]
        assert "2" * 40 in known
        assert otrctl(desktop, "vault", "restore", "--previous", "--force", "--yes") == (0, "", "")
        known = otrctl(desktop, "fingerprints", "xmpp:" + ALICE, "--json")[1]
        assert "2" * 40 not in known and "1" * 40 in known, known


def an_open_vault_tries_no_passphrase():
    with Desktop(keyring=False) as desktop:
        assert otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin",
                      text=PASSPHRASE)[0] == 0
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        status, said, _ = otrctl(desktop, "unlock", "--passphrase-stdin", text="wrong")
        assert status == 0 and "open already" in said and "no passphrase was tried" in said, said


def guesses_are_not_forgotten_by_idleness():
    with Desktop(keyring=False, idle_exit=0.3) as desktop:
        assert otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin",
                      text=PASSPHRASE)[0] == 0
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        desktop.stop_service()
        desktop.start_service()
        pid = desktop.service_pid()
        for _ in range(3):
            assert otrctl(desktop, "unlock", "--passphrase-stdin", text="no")[0] == LOCKED_STATUS
        desktop.let_pass(2)
        assert desktop.find_service() == pid
        message = otrctl(desktop, "unlock", "--passphrase-stdin", text="no")[2]
        assert "4 wrong passphrases" in message, message


def backup_of(desktop, path, *options):
    return otrctl(desktop, "vault", "backup", str(path), "--passphrase-stdin", *options,
                  text=PASSPHRASE)


def restored_to(desktop, path, *options):
    return otrctl(desktop, "vault", "restore", str(path), "--passphrase-stdin", *options,
                  text=PASSPHRASE)


def a_backup_goes_to_another_machine():
    with Desktop() as desktop, Desktop() as other:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        fingerprint = otrctl(desktop, "key", "generate", "xmpp:" + ALICE)[1]
        assert otrctl(desktop, "trust", "xmpp:" + ALICE, BOB, "AB" * 20, "verified")[0] == 0
        backup = desktop.folder / "the backup"
        assert backup_of(desktop, backup)[0] == 0
        assert backup.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in desktop.folder.glob("the backup*")] == ["the backup"]
        assert ALICE.encode() not in backup.read_bytes()
        status, _, message = otrctl(other, "vault", "restore", str(backup), "--passphrase-stdin",
                                    text="not that one")
        assert status == LOCKED_STATUS and "wrong" in message, message
        assert restored_to(other, backup) == (0, "", "")
        assert otrctl(other, "key", "show", "xmpp:" + ALICE)[1] == fingerprint
        assert "verified" in otrctl(other, "fingerprints", "xmpp:" + ALICE)[1]
        status, _, message = restored_to(other, backup)
        assert status != 0 and "xmpp:" + ALICE in message, message
        assert restored_to(other, backup, "--merge")[0] == 0
        assert otrctl(other, "vault", "check")[0] == 0


def a_backup_replaces_no_file_unasked():
    with Desktop() as desktop:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        there, link = desktop.folder / "there", desktop.folder / "link"
        there.write_text("mine")
        link.symlink_to(there)
        assert backup_of(desktop, there)[0] != 0
        assert backup_of(desktop, link, "--force")[0] != 0
        assert backup_of(desktop, desktop.folder)[0] != 0
        assert there.read_text() == "mine" and link.is_symlink()
        assert backup_of(desktop, there, "--force")[0] == 0
        assert there.read_bytes() != b"mine"


def a_private_conversation_keeps_its_vault():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE)
        network = talk.join(left, right)
        backup = desktop.folder / "backup"
        assert backup_of(desktop, backup)[0] == 0
        talk.go_private(network, left)
        status, _, message = restored_to(desktop, backup, "--replace")
        assert status != 0 and "is private" in message, message
        talk.converse(network, ["Still here?", "Still here."])
        assert restored_to(desktop, backup, "--merge")[0] == 0
        talk.converse(network, ["And now?", "And now."])


def backup_to(desktop, descriptor):
    handles = Gio.UnixFDList.new()
    reader, writer = os.pipe()
    os.write(writer, PASSPHRASE.encode())
    os.close(writer)
    arguments = GLib.Variant("(ha{sv})", (handles.append(descriptor),
                                          {"passphrase": GLib.Variant("h", handles.append(reader))}))
    os.close(reader)
    os.close(descriptor)
    try:
        desktop.connection.call_with_unix_fd_list_sync(
            "im.otrd1", "/im/otrd1", MANAGER, "BackupVault", arguments, None, 0, 110000, handles,
            None)
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error).rpartition(".")[2]
    return "-"


def a_reader_that_goes_away_does_not_end_the_service():
    with Desktop() as desktop:
        assert otrctl(desktop, "account", "add", "xmpp", ALICE)[0] == 0
        reader, writer = os.pipe()
        os.close(reader)
        assert backup_to(desktop, writer) == "StorageFailed"
        (desktop.folder / "file").write_text("mine")
        only_readable = os.open(desktop.folder / "file", os.O_RDONLY)
        assert backup_to(desktop, only_readable) == "InvalidArgument"
        assert property_of(desktop, "Vault") == "ready"


def set_trust(desktop, account, fingerprint):
    try:
        desktop.call("im.otrd1", account, "im.otrd1.Account", "SetTrust",
                     GLib.Variant("(sssa{sv})", (BOB, fingerprint, "verified", {})))
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error).rpartition(".")[2]
    return "-"


def the_caller_of_a_change_that_the_disk_refuses_is_told():
    """Each kind of error at each kind of call, over the bus: an error to the
    caller, the vault as it was, and the next change is saved."""
    with tempfile.TemporaryDirectory(prefix="otrd-") as folder:
        fault = pathlib.Path(folder) / "fault"
        program = "/usr/bin/env LD_PRELOAD=%s OTRD_DISK_FAULT=%s %s" % (
            os.environ["OTRD_DISK_FAULT_MODULE"], fault, os.environ["OTRD_SERVICE"])
        with Desktop(program=program) as desktop:
            account = desktop.call("im.otrd1", "/im/otrd1", MANAGER, "OpenAccount",
                                   GLib.Variant("(ssa{sv})", ("xmpp", ALICE, {})))[0]
            saved, refused = [], []
            cases = [(call, code) for call in ("write", "fsync", "rename")
                     for code in (errno.ENOSPC, errno.EIO, errno.EROFS)]
            for number, (call, code) in enumerate(cases):
                before = [(desktop.home / ".local/share/otrd" / name).read_bytes()
                          for name in ("keys", "trust")]
                refused.append("%040X" % (2 * number + 1))
                fault.write_text("%s %d" % (call, code))
                assert set_trust(desktop, account, refused[-1]) == "StorageFailed", (call, code)
                assert property_of(desktop, "Vault") == "read-only"
                fault.unlink()
                assert before == [(desktop.home / ".local/share/otrd" / name).read_bytes()
                                  for name in ("keys", "trust")], (call, code)
                saved.append("%040X" % (2 * number + 2))
                assert set_trust(desktop, account, saved[-1]) == "-", (call, code)
                assert property_of(desktop, "Vault") == "ready"
            desktop.stop_service()
            known = otrctl(desktop, "fingerprints", "xmpp:" + ALICE, "--json")[1]
            assert all(fingerprint in known for fingerprint in saved), known
            assert not any(fingerprint in known for fingerprint in refused), known


tap.run({
    "the vault follows the keyring":
        the_vault_follows_the_keyring,
    "after lock the keyring does not open it":
        after_lock_the_keyring_does_not_open_it,
    "a session goes on while the vault is locked":
        a_session_goes_on_while_the_vault_is_locked,
    "a passphrase serves where there is no keyring":
        a_passphrase_serves_where_there_is_no_keyring,
    "a vault moves to a passphrase and back":
        a_vault_moves_to_a_passphrase_and_back,
    "a file that is not sound is found out": a_file_that_is_not_sound_is_found_out,
    "a vault without its key is not sound": a_vault_without_its_key_is_not_sound,
    "the check counts generations": the_check_counts_generations,
    "a damaged vault goes back to the generation before":
        a_damaged_vault_goes_back_to_the_generation_before,
    "a damaged vault of a passphrase goes back": a_damaged_vault_of_a_passphrase_goes_back,
    "what has no good generation is left as it is": what_has_no_good_generation_is_left_as_it_is,
    "an open vault goes back when it is forced": an_open_vault_goes_back_when_it_is_forced,
    "an open vault tries no passphrase": an_open_vault_tries_no_passphrase,
    "guesses are not forgotten by idleness": guesses_are_not_forgotten_by_idleness,
    "a backup goes to another machine": a_backup_goes_to_another_machine,
    "a backup replaces no file unasked": a_backup_replaces_no_file_unasked,
    "a private conversation keeps its vault": a_private_conversation_keeps_its_vault,
    "a reader that goes away does not end the service":
        a_reader_that_goes_away_does_not_end_the_service,
    "the caller of a change that the disk refuses is told":
        the_caller_of_a_change_that_the_disk_refuses_is_told,
}, watchdog=280)
