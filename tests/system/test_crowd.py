#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Callers come, work and vanish, many times: nothing of them stays."""
import pathlib

from gi.repository import Gio, GLib

import tap
from desktop import Desktop
from messenger import Client
from sandboxed import open_direct
from talk import ALICE, BOB, converse, go_private, join, open_messenger

CALLERS, ROUNDS, GROWTH_KIB = 200, 100, 1024
# Rounds in which the allocator comes by its arenas, one a thread: a step each, and then no more.
WARM_UP = 10


def resident_kib(pid):
    status = pathlib.Path("/proc/%d/status" % pid).read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def come_and_work(desktop, number):
    """Every tenth works on a direct connection."""
    bus = desktop.connect()
    caller, name = (open_direct(bus), None) if number % 10 == 0 else (bus, "im.otrd1")

    def call(path, interface, method, signature, *words):
        return caller.call_sync(name, path, "im.otrd1." + interface, method,
                                GLib.Variant(signature, words), None, Gio.DBusCallFlags.NONE,
                                100000, None).unpack()
    path = call("/im/otrd1", "Manager", "OpenSession", "(sssa{sv})", "xmpp", ALICE,
                "contact%d@example.org" % (number % 50), {})[0]
    verdict = call(path, "Session", "Send", "(ssa{sv})", "hello from %d" % number, "", {})[0]
    assert verdict == "plaintext", verdict
    read = call(path, "Session", "Receive", "(sa{sv})", "hello to %d" % number, {})
    assert read[:2] == ("plaintext", "hello to %d" % number), read
    call(path, "Session", "Collect", "(a{sv})", {})
    return bus


def go(bus, number):
    """One in ten is killed."""
    if number % 10 == 5:
        bus.get_stream().get_socket().shutdown(True, True)
    else:
        bus.close_sync(None)


def talk_in_private(desktop):
    alice = open_messenger(desktop, "one", ALICE, BOB)
    bob = open_messenger(desktop, "two", BOB, ALICE)
    network = join(alice, bob)
    go_private(network, alice)
    converse(network, ["squeamish ossifrage", "and so on"])
    for end in alice, bob:
        end.end()
        network.carry_all()
    return [alice.connection, bob.connection]


def a_crowd_leaves_nothing_behind():
    with Desktop() as desktop:
        watcher = Client(desktop)
        watcher.manager("ListClients")
        kept, sizes, pid = len(desktop.connections), [], desktop.service_pid()
        for _ in range(ROUNDS):
            crowd = [come_and_work(desktop, number) for number in range(CALLERS)]
            crowd += talk_in_private(desktop)
            for number, bus in enumerate(crowd):
                go(bus, number)
            del desktop.connections[kept:]
            while len(watcher.manager("ListClients")[0]) > 1:
                pass
            sizes.append(resident_kib(pid))
        print("# resident: %d kB after the first round, %d after %d, %d after the last"
              % (sizes[0], sizes[WARM_UP - 1], WARM_UP, sizes[-1]))
        assert sizes[-1] - sizes[WARM_UP - 1] <= GROWTH_KIB, sizes
        objects = desktop.call("im.otrd1", "/im/otrd1", "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects")[0]
        assert len(objects) == 2, objects.keys()  # the accounts


if __name__ == "__main__":
    tap.run({"a crowd leaves nothing behind": a_crowd_leaves_nothing_behind}, watchdog=1180)
