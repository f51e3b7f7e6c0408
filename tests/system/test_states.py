#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each method answers in each state of the vault: the table that stands in
the contract, tried cell by cell."""
import os
import pathlib

from gi.repository import Gio, GLib

import tap
from desktop import Desktop, wait_until
from messenger import Client

CONTRACT = pathlib.Path(os.environ["OTRD_CONTRACT"])
PASSPHRASE = b"staple battery"
BACKUP = (CONTRACT.parents[1] / "tests/fixtures/vault"
          / "format-1-records-1-secret-service/backup")


def read_table():
    """{state: {method: answer}}"""
    lines = [[cell.strip() for cell in line.split("|")]
             for line in CONTRACT.read_text().splitlines() if line.count("|") >= 6]
    methods = lines[0][1:]
    return {line[0]: dict(zip(methods, line[1:])) for line in lines[1:]}


def set_key_store(client):
    reader, writer = os.pipe()
    os.write(writer, PASSPHRASE)
    os.close(writer)
    handles = Gio.UnixFDList.new()
    index = handles.append(reader)
    os.close(reader)
    options = {"passphrase": GLib.Variant("h", index)}
    client.connection.call_with_unix_fd_list_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "SetKeyStore",
        GLib.Variant("(sa{sv})", ("passphrase", options)), None, 0, 30000, handles, None)


def call_with_file(client, method, descriptor):
    reader, writer = os.pipe()
    os.write(writer, PASSPHRASE)
    os.close(writer)
    handles = Gio.UnixFDList.new()
    arguments = (handles.append(descriptor),
                 {"passphrase": GLib.Variant("h", handles.append(reader))})
    os.close(reader)
    os.close(descriptor)
    client.connection.call_with_unix_fd_list_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", method, GLib.Variant("(ha{sv})", arguments),
        None, 0, 110000, handles, None)


METHODS = {
    "BackupVault": lambda client: call_with_file(client, "BackupVault",
                                                 os.memfd_create("backup")),
    "RestoreVault": lambda client: call_with_file(client, "RestoreVault",
                                                  os.open(BACKUP, os.O_RDONLY)),
    "OpenAccount": lambda client: client.connection.call_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "OpenAccount",
        GLib.Variant("(ssa{sv})", ("xmpp", "new@example.org", {})), None, 0, 30000, None),
    "SetDefaultPolicy": lambda client: client.connection.call_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "SetDefaultPolicy",
        GLib.Variant("(sa{sv})", ("always", {})), None, 0, 30000, None),
    "SetKeyStore": set_key_store,
    **{name: lambda client, name=name: client.connection.call_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", name, GLib.Variant("(a{sv})", ({},)), None, 0,
        30000, None) for name in ("CheckVault", "Unlock", "Lock")},
}


def answer_of(client, method):
    try:
        METHODS[method](client)
    except GLib.Error as error:
        return Gio.DBusError.get_remote_error(error).rpartition(".")[2]
    return "-"


def filled(desktop):
    Client(desktop).open_account("xmpp", "alice@example.org")
    return desktop.home / ".local/share/otrd"


def lock_keyring_and_vault(desktop):
    filled(desktop)
    desktop.stop_service()
    desktop.stop_keyring()
    desktop.start_keyring(unlock=False)


def make_read_only(desktop):
    folder = filled(desktop)
    folder.rename(folder.with_name("away"))
    assert answer_of(Client(desktop), "SetDefaultPolicy") == "StorageFailed"
    folder.with_name("away").rename(folder)
    folder.rename(folder.with_name("away"))


def end_keyring(desktop):
    filled(desktop)
    desktop.stop_service()
    desktop.stop_keyring()


def delete_key(desktop):
    filled(desktop)
    desktop.stop_service()
    desktop.delete_keyring_items()


def damage(desktop):
    folder = filled(desktop)
    desktop.stop_service()
    (folder / "trust").write_bytes(b"")


WAYS = {"new": lambda desktop: None, "ready": filled, "locked": lock_keyring_and_vault,
        "read-only": make_read_only, "unavailable": end_keyring, "keyless": delete_key,
        "damaged": damage}


def try_state(state, answers):
    for method, wanted in answers.items():
        with Desktop() as desktop:
            WAYS[state](desktop)
            client = Client(desktop)
            desktop.start_service()
            wait_until(lambda: client.property("Vault") == state, "the vault is " + state)
            answer = answer_of(client, method)
            assert answer == wanted, (state, method, answer, wanted)
            if method == "Lock" and state != "damaged":
                assert client.property("Vault") == "locked"


TABLE = read_table()
assert set(TABLE) == set(WAYS), "a row for each state"
tap.run({"each method answers as the contract says while the vault is " + state:
         lambda state=state: try_state(state, TABLE[state]) for state in TABLE}, watchdog=280)
