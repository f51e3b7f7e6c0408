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

CALLERS, ROUNDS, GROWTH_KIB = 200, 100, 1024
# Rounds in which the allocator comes by its arenas, one a thread: a step each, and then no more.
WARM_UP = 10


def resident_kib(pid):
    status = pathlib.Path("/proc/%d/status" % pid).read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def come(desktop, number):
    """Every tenth works on a direct connection."""
    bus = desktop.connect()
    caller, name = (open_direct(bus), None) if number % 10 == 0 else (bus, "im.otrd1")
    words = ("xmpp", "alice@example.org", "bob%d@example.org" % (number % 50), {})
    caller.call_sync(name, "/im/otrd1", "im.otrd1.Manager", "OpenSession",
                     GLib.Variant("(sssa{sv})", words), None, Gio.DBusCallFlags.NONE, 20000, None)
    return bus


def a_crowd_leaves_nothing_behind():
    with Desktop() as desktop:
        watcher = Client(desktop)
        watcher.manager("ListClients")
        kept, sizes, pid = len(desktop.connections), [], desktop.service_pid()
        for _ in range(ROUNDS):
            crowd = [come(desktop, number) for number in range(CALLERS)]
            for bus in crowd:
                bus.close_sync(None)
            del desktop.connections[kept:]
            while len(watcher.manager("ListClients")[0]) > 1:
                pass
            sizes.append(resident_kib(pid))
        print("# resident: %d kB after the first round, %d after %d, %d after the last"
              % (sizes[0], sizes[WARM_UP - 1], WARM_UP, sizes[-1]))
        assert sizes[-1] - sizes[WARM_UP - 1] <= GROWTH_KIB, sizes
        objects = desktop.call("im.otrd1", "/im/otrd1", "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects")[0]
        assert len(objects) == 1, objects.keys()


if __name__ == "__main__":
    tap.run({"a crowd leaves nothing behind": a_crowd_leaves_nothing_behind})
