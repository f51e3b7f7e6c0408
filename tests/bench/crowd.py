#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What many callers and many sessions cost each other: ratios beside what is
wanted, in one run, on all cores; nothing here judges.

  exchanges  100 sessions in key exchange at once, two workers over one
  others     a Send in a private session while exchanges, key generations and
             verifications run, over an idle one; and while another caller floods
  many       a Send with 1,000 live sessions and 10,000 contacts over one with few
  memory     of a busy session
  dispatch   the dearest turn of the main loop, of what concerns all sessions

Usage: crowd.py OTRD METER BENCH-EXCHANGES BENCH-LIBOTR [PART...]; the load is this program again, as a child."""
import itertools
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from desktop import Desktop  # noqa: E402

MANAGER, SESSION = "/im/otrd1", "im.otrd1.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
PAIRS, LIVE, CONTACTS, SENDS, MANY_SENDS = 50, 1000, 10000, 600, 6000


def open_direct(bus):
    reply, descriptors = bus.call_with_unix_fd_list_sync(
        "im.otrd1", MANAGER, "im.otrd1.Manager", "OpenDirectConnection",
        GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE, 100000, None, None)
    stream = Gio.Socket.new_from_fd(descriptors.get(0)).connection_factory_create_connection()
    return Gio.DBusConnection.new_sync(stream, None, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT,
                                       None, None)


def call(connection, path, interface, method, signature="()", *arguments):
    return connection.call_sync(
        "im.otrd1" if connection.get_unique_name() else None, path, interface, method,
        GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE, 100000, None).unpack()


def call_later(connection, done, path, interface, method, signature, *arguments):
    def answered(source, result):
        try:
            done(source.call_finish(result).unpack())
        except GLib.Error:
            done(None)
    connection.call("im.otrd1" if connection.get_unique_name() else None, path, interface, method,
                    GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE, 100000, None,
                    answered)


def make_account(connection, name):
    """With a key, new or not."""
    path = call(connection, MANAGER, "im.otrd1.Manager", "OpenAccount", "(ssa{sv})", "xmpp", name,
                {})[0]
    if call(connection, path, PROPERTIES, "Get", "(ss)", "im.otrd1.Account", "KeyState") != (
            "ready",):
        call(connection, path, "im.otrd1.Account", "GenerateKey", "(a{sv})", {})
    return path


def open_session(connection, account, contact):
    return call(connection, MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})", "xmpp",
                account, contact, {})[0]


def open_pair(connection, one, other):
    return open_session(connection, one, other), open_session(connection, other, one)


def carry(connection, lines, here, there):
    for line, _ in lines:
        answer = call(connection, there, SESSION, "Receive", "(sa{sv})", line, {})
        carry(connection, answer[3], there, here)


def go_private(connection, one, other):
    carry(connection, call(connection, one, SESSION, "Start", "(a{sv})", {})[0], one, other)


def say(connection, one, other):
    lines = call(connection, one, SESSION, "Send", "(ssa{sv})", "x" * 100, "private", {})[2]
    carry(connection, lines, one, other)


class Exchange:
    """One pair's, line by line, while others go on; `over` is called when nothing is left."""

    def __init__(self, connection, pair, over):
        self.connection, self.over, self.flying = connection, over, 0
        self._ask(pair, 0, pair[0], "Start", "(a{sv})", {})

    def _ask(self, way, turn_at, path, method, signature, *arguments):
        self.flying += 1
        call_later(self.connection, lambda answer: self._take(way, turn_at, answer), path, SESSION,
                   method, signature, *arguments)

    def _take(self, way, turn_at, answer):
        self.flying -= 1
        for line, _ in answer[turn_at] if answer else ():
            self._ask(way[::-1], 3, way[1], "Receive", "(sa{sv})", line, {})
        if not self.flying:
            self.over()


def names(count):
    return ["user%d@example.org" % number for number in range(count)]


def open_pairs(connection, count):
    accounts = names(15)
    for account in accounts:
        make_account(connection, account)
    return [open_pair(connection, one, other)
            for one, other in itertools.islice(itertools.combinations(accounts, 2), count)]


def run_until(is_over):
    while not is_over():
        GLib.MainContext.default().iteration(True)


# The load, a process of its own

def load_exchanges(connection):
    def begin(pair):
        Exchange(connection, pair, lambda: begin(pair))
    for pair in open_pairs(connection, PAIRS):
        begin(pair)


def load_keys(connection):
    path = make_account(connection, "keys@example.org")

    def again(_=None):
        call_later(connection, again, path, "im.otrd1.Account", "GenerateKey", "(a{sv})",
                   {"replace": GLib.Variant("b", True)})
    again()


def load_verifications(connection):
    one, other = open_pairs(connection, 1)[0]
    go_private(connection, one, other)

    def again():
        carry_on = Exchange.__new__(Exchange)
        carry_on.connection, carry_on.over, carry_on.flying = connection, answer, 0
        carry_on._ask((one, other), 0, one, "StartVerification", "(sa{sv})", "secret", {})

    def answer():
        carry_on = Exchange.__new__(Exchange)
        carry_on.connection, carry_on.over, carry_on.flying = connection, again, 0
        carry_on._ask((other, one), 0, other, "AnswerVerification", "(sa{sv})", "secret", {})
    again()


def load_flood(many, path, interface, method, arguments):
    """So many calls at any time; what the answers say is not looked at: that would be its own work,
    no flood."""
    def load(connection):
        destination = "im.otrd1" if connection.get_unique_name() else None

        def again(source=None, result=None):
            if source:
                source.call_finish(result)
            connection.call(destination, path, interface, method, arguments, None,
                            Gio.DBusCallFlags.NONE, 100000, None, again)
        for _ in range(many):
            again()
    return load


LOADS = {
    "exchanges": load_exchanges, "keys": load_keys, "verifications": load_verifications,
    "properties": load_flood(60, MANAGER, PROPERTIES, "Get",
                             GLib.Variant("(ss)", ("im.otrd1.Manager", "Version"))),
    "listings": load_flood(20, MANAGER, OBJECTS, "GetManagedObjects", None),
}


def run_load(address, kind, door):
    bus = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    LOADS[kind](open_direct(bus) if door == "direct" else bus)
    print("going", flush=True)
    GLib.MainLoop().run()


# What is measured

def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1e6


def time_sends(connection, path, count=SENDS, seconds=8):
    times, end = [], time.perf_counter() + seconds
    while len(times) < count and time.perf_counter() < end:
        before = time.perf_counter()
        call(connection, path, SESSION, "Send", "(ssa{sv})", "x" * 100, "private", {})
        times.append(time.perf_counter() - before)
    return times


def print_beside(what, quiet, busy, wanted_p50=None, wanted_p99=None):
    def ratio(share, wanted):
        return "%.0f -> %.0f us, %.2f%s" % (
            percentile(quiet, share), percentile(busy, share),
            percentile(busy, share) / percentile(quiet, share),
            " (%.1f)" % wanted if wanted else "")
    print("%s: p50 %s; p99 %s" % (what, ratio(.5, wanted_p50), ratio(.99, wanted_p99)), flush=True)


def under_load(place, kind, door, measure):
    child = subprocess.Popen([sys.executable, __file__, "load", place.address, kind, door],
                             stdout=subprocess.PIPE)
    child.stdout.readline()
    try:
        return measure()
    finally:
        child.kill()
        child.wait()


def measure_bare(bare):
    """What two of these cores do over one, with bare libotr: seconds of one, and of two at once."""
    def time_of(count):
        programs = [subprocess.Popen([bare], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                    for _ in range(count)]

        def ask(texts):
            for each in programs:
                each.stdin.write(b"%d\n" % texts)
                each.stdin.flush()
            for each in programs:
                each.stdout.readline()
        ask(2)
        before = time.perf_counter()
        ask(300)
        taken = time.perf_counter() - before
        for each in programs:
            each.communicate()
        return taken
    return time_of(1), time_of(2)


def measure_exchanges(program, driver, bare):
    results = []
    for workers in 1, 2:
        with Desktop(program="%s --workers %d" % (program, workers)) as place:
            place.call(*("im.otrd1", MANAGER, "org.freedesktop.DBus.Peer", "Ping"))
            out = subprocess.run([driver, str(place.service_pid())], env=place.environment,
                                 check=True, stdout=subprocess.PIPE).stdout
            results.append([float(word) for word in out.split()])
    one, two = results
    alone, together = measure_bare(bare)
    print("exchanges: %.0f a second with one worker, %.0f with two: %.2f (1.6); "
          "two of bare libotr at once over one: %.2f" % (one[0], two[0], two[0] / one[0],
                                                         2 * alone / together))
    for name, (_, service, moving, ours) in ("one worker", one), ("two", two):
        print("exchanges: with %s, CPU of one: %.1f ms of workers, %.2f of the service's other "
              "threads, %.2f of the caller" % (name, service - moving, moving, ours), flush=True)


def open_quiet(place):
    bus = place.connect()
    direct = open_direct(bus)
    for account in "alice@example.org", "bob@example.org":
        make_account(direct, account)
    one, other = open_pair(direct, "alice@example.org", "bob@example.org")
    go_private(direct, one, other)
    for turn in range(6):
        say(direct, *((one, other) if turn % 2 else (other, one)))
    return bus, direct, one


def fill(connection):
    make_account(connection, "alice@example.org")
    for number in range(LIVE):
        open_session(connection, "alice@example.org", "contact%d@example.org" % number)


def measure_floods(place, elsewhere, bus, direct, path):
    """The yardstick is the same flood of another service: what the processors' share costs."""
    fill(direct)
    fill(elsewhere.connect())
    for door, connection in ("the bus", bus), ("a direct connection", direct):
        for kind in "properties", "listings":
            def time_many():
                return time_sends(connection, path, MANY_SENDS)

            def time_while_flooded(flooded):
                return under_load(flooded, kind, "direct", time_many)
            quiet = time_many()
            for flooded, whose in (elsewhere, " of another service"), (place, ""):
                print_beside("a Send on %s while another floods with %s%s" % (door, kind, whose),
                             quiet, time_while_flooded(flooded), wanted_p99=None if whose else 2)


def measure_others(program):
    with Desktop(program=program) as place:
        bus, direct, path = open_quiet(place)
        for kind in "exchanges", "keys", "verifications":
            quiet = time_sends(direct, path)
            busy = under_load(place, kind, "direct", lambda: time_sends(direct, path))
            print_beside("a Send while there are " + kind, quiet, busy, wanted_p50=1.5)
        with Desktop(program=program) as elsewhere:
            measure_floods(place, elsewhere, bus, direct, path)


def status_of(pid, what):
    return int(pathlib.Path("/proc/%d/status" % pid).read_text().split(what + ":")[1].split()[0])


def main_cpu(pid):
    schedstat = pathlib.Path("/proc/%d/task/%d/schedstat" % (pid, pid))
    return int(schedstat.read_text().split()[0]) / 1e3


class Quiet:
    """A service with one private session, whose Sends are counted in its main thread's CPU time."""
    def __init__(self, place):
        self.bus, self.direct, self.path = open_quiet(place)
        self.pid = place.service_pid()

    def cost_of_sends(self, count=100):
        before = main_cpu(self.pid)
        time_sends(self.direct, self.path, count)
        return (main_cpu(self.pid) - before) / count


def compare_costs(few, many, rounds=60):
    """One after the other, and again: what else the machine does concerns both."""
    costs = [(few.cost_of_sends(), many.cost_of_sends()) for _ in range(rounds)]
    return (*map(statistics.median, zip(*costs)),
            statistics.median(second / first for first, second in costs))


def import_contacts(bus):
    with tempfile.TemporaryFile("w+") as file:
        for number in range(CONTACTS):
            file.write("known%d@example.org\talice@example.org\tprpl-jabber\t%040x\tverified\n"
                       % (number, number + 1))
        file.seek(0)
        descriptors = Gio.UnixFDList.new_from_array([os.dup(file.fileno())])
        bus.call_with_unix_fd_list_sync(
            "im.otrd1", MANAGER, "im.otrd1.Manager", "Import",
            GLib.Variant("(sa{sh}a{sv})", ("pidgin", {"fingerprints": 0}, {})), None,
            Gio.DBusCallFlags.NONE, 100000, descriptors, None)


def measure_memory(quiet):
    before = status_of(quiet.pid, "VmRSS")
    pairs = open_pairs(quiet.direct, 100)
    for pair in pairs:
        go_private(quiet.direct, *pair)
        for turn in range(6):
            say(quiet.direct, *(pair if turn % 2 else pair[::-1]))
    print("memory: %.1f kB a busy session (64)"
          % ((status_of(quiet.pid, "VmRSS") - before) / 2 / len(pairs)), flush=True)


def measure_many(program):
    with Desktop(program=program) as here, Desktop(program=program) as there:
        few, many = Quiet(here), Quiet(there)
        print("many: %.0f us of main thread a Send, %.0f of another service like it: %.2f"
              % compare_costs(few, many), flush=True)
        measure_memory(many)
        for number in range(LIVE):
            open_session(many.direct, "alice@example.org", "contact%d@example.org" % number)
        import_contacts(many.bus)
        one, thousand, ratio = compare_costs(few, many)
        print("many: %.0f us with one session, %.0f with %d and %d contacts: %.2f (1.10)"
              % (one, thousand, LIVE, CONTACTS, ratio), flush=True)


class Meter:
    def __init__(self, folder, library):
        self.path = pathlib.Path(folder, "dispatches")
        self.path.write_bytes(bytes(4))
        self.command = "/usr/bin/env LD_PRELOAD=%s OTRD_DISPATCH_METER=%s" % (library, self.path)

    def read(self):
        return struct.unpack("I", self.path.read_bytes())[0] / 1e3

    def reset(self):
        with open(self.path, "r+b") as file:
            file.write(bytes(4))


def measure_dispatches(program, library):
    with tempfile.TemporaryDirectory() as folder:
        meter = Meter(folder, library)
        with Desktop(program="%s %s" % (meter.command, program)) as place:
            bus, opener = place.connect(), place.connect()
            opened = open_direct(bus)
            make_account(opened, "alice@example.org")
            for number in range(LIVE):
                open_session(opener, "alice@example.org", "contact%d@example.org" % number)

            def cost(what, act):
                meter.reset()
                act()
                place.let_pass(1)
                print("dispatch: %s with %d sessions: %.1f ms (5)" % (what, LIVE, meter.read()),
                      flush=True)
            cost("GetManagedObjects", lambda: call(bus, MANAGER, OBJECTS, "GetManagedObjects"))
            cost("ListClients", lambda: call(bus, MANAGER, "im.otrd1.Manager", "ListClients",
                                             "(a{sv})", {}))
            cost("Lock", lambda: call(bus, MANAGER, "im.otrd1.Manager", "Lock", "(a{sv})", {}))
            cost("Unlock", lambda: call(bus, MANAGER, "im.otrd1.Manager", "Unlock", "(a{sv})", {}))
            directs = []
            cost("opening a direct connection", lambda: directs.append(open_direct(bus)))
            cost("closing it", lambda: directs.pop().close_sync(None))
            cost("SetDefaultPolicy", lambda: call(
                bus, MANAGER, "im.otrd1.Manager", "SetDefaultPolicy", "(sa{sv})", "manual", {}))
            cost("an opener that vanishes", lambda: opener.close_sync(None))
            cost("Import of %d contacts" % CONTACTS, lambda: import_contacts(bus))


def main(program, library, driver, bare, *wanted):
    parts = {
        "exchanges": lambda: measure_exchanges(program, driver, bare),
        "others": lambda: measure_others(program),
        "many": lambda: measure_many(program),
        "dispatch": lambda: measure_dispatches(program, library),
    }
    for name in wanted or parts:
        parts[name]()


if sys.argv[1] == "load":
    run_load(*sys.argv[2:])
else:
    main(*map(os.path.abspath, sys.argv[1:5]), *sys.argv[5:])
