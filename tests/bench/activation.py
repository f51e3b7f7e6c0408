#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a call takes that the bus starts the service for: otrd, whose answer
needs the vault of ten thousand contacts opened with the key from an unlocked
keyring, beside a service that does nothing.  In turns, in one run; it only
prints."""
import hashlib
import os
import pathlib
import signal
import statistics
import sys
import time

from gi.repository import Gio, GLib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import desktop
import imported
from messenger import Client

SERVICE, ECHO = map(os.path.abspath, sys.argv[1:3])
CONTACTS = 10000
ROUNDS = 15
HUNG_ROUNDS = 5
ACCOUNT = "alice@example.org"
ECHO_NAME = "org.example.Echo"


def import_contacts(client, folder):
    path = folder / "contacts"
    with open(path, "w") as file:
        for number in range(CONTACTS):
            contact = "contact%d@example.org" % number
            file.write("%s\t%s/\tprpl-jabber\t%s\tverified\n" % (
                contact, ACCOUNT, hashlib.sha1(contact.encode()).hexdigest()))
    descriptors = Gio.UnixFDList()
    with open(path, "rb") as file:
        handle = descriptors.append(file.fileno())
    reply, _ = client.connection.call_with_unix_fd_list_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "Import",
        GLib.Variant("(sa{sh}a{sv})", ("libotr", {"fingerprints": handle}, {})), None,
        Gio.DBusCallFlags.NONE, 100000, descriptors, None)
    assert len(reply.unpack()[0]["added"]) >= CONTACTS


def end(place, name):
    """The service of that name, if there is one."""
    while place.has_owner(name):
        pid = place.call_bus("GetConnectionUnixProcessID", name)
        os.kill(pid, 15)
        desktop.wait_for_end(pid)
        place.wait_for_name(name, owned=False)


def time_answer(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def list_one(place):
    """Needs the vault, and so the key."""
    state = place.call("im.otrd1", "/im/otrd1", "org.freedesktop.DBus.Properties", "Get",
                       GLib.Variant("(ss)", ("im.otrd1.Manager", "Vault")))[0]
    assert state == "ready", state


def echo(place):
    place.call(ECHO_NAME, "/org/example/Echo", ECHO_NAME, "Echo",
               GLib.Variant("(ssa{sv})", ("x", "", {})))


def time_with_hung_keyring(place):
    """Until it is said that the vault is locked, which needs no key."""
    end(place, "im.otrd1")
    place.keyring.send_signal(signal.SIGSTOP)
    answers = []
    for _ in range(HUNG_ROUNDS):
        answers.append(time_answer(lambda: place.call(
            "im.otrd1", "/im/otrd1", "org.freedesktop.DBus.Properties", "Get",
            GLib.Variant("(ss)", ("im.otrd1.Manager", "Vault")))))
        end(place, "im.otrd1")
    place.keyring.send_signal(signal.SIGCONT)
    return answers


def main():
    with desktop.Desktop(program=SERVICE) as place:
        (place.folder / "services" / (ECHO_NAME + ".service")).write_text(
            desktop.ACTIVATION.format(name=ECHO_NAME, program=ECHO))
        place.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                   "ReloadConfig")
        client = Client(place)
        imported.import_keys(client, place.folder, {ACCOUNT: "carol"})
        import_contacts(client, place.folder)
        ours, bare = [], []
        for _ in range(ROUNDS):
            end(place, "im.otrd1")
            ours.append(time_answer(lambda: list_one(place)))
            end(place, ECHO_NAME)
            bare.append(time_answer(lambda: echo(place)))
        hung = time_with_hung_keyring(place)
        print("activation: %d contacts, key from an unlocked keyring: median %.1f ms, of a service "
              "that does nothing %.1f ms; %.1f ms more (at most 30 wanted)" % (
                  CONTACTS, statistics.median(ours), statistics.median(bare),
                  statistics.median(ours) - statistics.median(bare)))
        print("activation, the keyring does not answer: median %.1f ms, %.1f times as long" % (
            statistics.median(hung), statistics.median(hung) / statistics.median(ours)))


main()
