#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""otrd goes when nobody needs it and comes when it is called; nobody notices."""
import random
import subprocess

from gi.repository import Gio, GLib

import peer
import talk
import tap
from desktop import SERVICE, Desktop, wait_for_end, wait_until
from messenger import Client, ContractError, options_of
from sandboxed import open_direct
from talk import ALICE, BOB, CAROL

PORTAL = "im.otrd1.Portal"
STRANGER = "AB" * 20
ROUNDS = 500


class LateDesktop(Desktop):
    """Where the service that is found first has gone before anything is done with it."""

    has_found = False

    def find_service(self):
        if self.has_found:
            return super().find_service()
        self.has_found = True
        gone = subprocess.Popen(["true"])
        gone.wait()
        return gone.pid


class Owner:
    """Who has im.otrd1, as the bus tells it."""

    def __init__(self, desktop):
        self.changes = []
        self.connection = desktop.connect()
        self.connection.signal_subscribe(
            "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", None, SERVICE,
            Gio.DBusSignalFlags.NONE, lambda *signal: self.changes.append(signal[5].unpack()[2]))

    def wait_for_exit(self):
        wait_until(lambda: self.changes and self.changes[-1] == "", "the exit")

    def wait_for_exit_or(self, milliseconds):
        seen, due = len(self.changes), []
        source = GLib.timeout_add(milliseconds, lambda: due.append(True))
        wait_until(lambda: due or "" in self.changes[seen:], "an exit, or the time")
        if not due:
            GLib.source_remove(source)


def awake(desktop, client):
    """The process that has the name, called awake if there is none just now."""
    while (pid := desktop.find_service()) is None:
        client.property("Version")
    return pid


def describe(client):
    """All of the state that must be the same in every life of the service."""
    account = client.open_account("xmpp", ALICE, create=False)
    session, state = client.manager("OpenSession", "(sssa{sv})", "xmpp", ALICE, CAROL, {})
    records = client.fingerprints(account)
    found = (client.property("Vault"), client.property("KeyStore"),
             client.property("DefaultPolicy"), client.account_property(account, "Fingerprint"),
             client.account_property(account, "KeyState"),
             client.account(account, "GetPolicy", "(sa{sv})", BOB, {}),
             sorted((r["contact"], r["fingerprint"], r["trust"]) for r in records),
             client.manager("ListApplications"), state["State"])
    client.connection.call_sync(SERVICE, session, "im.otrd1.Session", "Detach",
                                GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE,
                                30000, None)
    return found


def fill(client):
    account = client.open_account("xmpp", ALICE)
    client.account(account, "GenerateKey", timeout=120)
    client.account(account, "SetTrust", "(sssa{sv})", BOB, STRANGER, "verified", {})
    client.account(account, "SetPolicy", "(ssa{sv})", BOB, "always", {})
    client.manager("SetDefaultPolicy", "(sa{sv})", "manual", {})
    client.manager("SetGrant", "(ssssa{sv})", "org.example.App", "xmpp", ALICE, "allow", {})
    return account


def it_exits_and_comes_again_as_it_was():
    with Desktop(idle_exit=0.5) as desktop:
        owner, client = Owner(desktop), Client(desktop)
        fill(client)
        before, pid = describe(client), awake(desktop, client)
        owner.wait_for_exit()
        assert wait_for_end(pid)
        assert not desktop.has_owner(PORTAL)
        assert describe(client) == before
        assert before[0] == "ready" and before[6] == [(BOB, STRANGER, "verified")], before


def a_latched_session_is_finished_after_it():
    with Desktop(idle_exit=0.5) as desktop:
        owner, ours = Owner(desktop), talk.open_messenger(desktop)
        theirs = peer.start_libotr("carol")
        network = talk.join(ours, theirs)
        talk.go_private(network, ours)
        theirs.run("end")
        network.carry_until(lambda: ours.get("State") == "finished", "the contact's goodbye")
        pid = desktop.service_pid()
        ours.close()
        owner.wait_for_exit()
        assert wait_for_end(pid)
        again = talk.open_messenger(desktop)
        assert again.opened["State"] in ("finished", "starting"), again.opened
        try:
            verdict = again.send("not for everybody")
        except ContractError as error:
            verdict = error.name
        assert verdict in ("held", "Finished"), verdict


def both_names_stay(desktop, pid):
    """Three times as long as it would take."""
    desktop.let_pass(0.9)
    assert desktop.service_pid() == pid and desktop.has_owner(PORTAL)


def it_stays(prepare, release):
    with Desktop(idle_exit=0.3) as desktop:
        owner, client = Owner(desktop), Client(desktop)
        what = prepare(desktop, client)
        pid = desktop.service_pid()
        both_names_stay(desktop, pid)
        release(desktop, client, what)
        owner.wait_for_exit()
        assert wait_for_end(pid)


def attach(desktop, client):
    return talk.open_messenger(desktop)


def leave(desktop, client, messenger):
    messenger.close()


def connect_directly(desktop, client):
    return open_direct(client.connection)


def disconnect(desktop, client, direct):
    direct.close_sync(None)


def lock_the_vault(desktop, client):
    fill(client)
    client.manager("Lock", timeout=60)


def unlock(desktop, client, _):
    client.manager("Unlock", timeout=60)


def go_private_and_vanish(desktop, client):
    ours = talk.open_messenger(desktop)
    network = talk.join(ours, peer.start_libotr("carol"))
    talk.go_private(network, ours)
    ours.close()
    return network


def come_back_and_end(desktop, client, network):
    again = talk.open_messenger(desktop)
    assert again.opened["State"] == "private", again.opened
    network.ends = (again, network.ends[1])
    talk.say_goodbye(network, again)
    again.close()


def stays_for_ever():
    with Desktop(idle_exit=0) as desktop:
        Client(desktop).property("Version")
        both_names_stay(desktop, desktop.service_pid())


def call_at_once(desktop, connection, account):
    """What a desktop's programs call all at once; each gets its proper answer."""
    answers = []
    calls = [("/im/otrd1", "org.freedesktop.DBus.Properties", "Get", "(ss)",
              ("im.otrd1.Manager", "Vault"), SERVICE),
             ("/im/otrd1", "im.otrd1.Manager", "OpenAccount", "(ssa{sv})",
              ("xmpp", ALICE, options_of({"create": False})), SERVICE),
             ("/im/otrd1/portal", "org.freedesktop.DBus.Properties", "Get", "(ss)",
              (PORTAL, "Version"), PORTAL),
             ("/im/otrd1", "im.otrd1.Manager", "OpenSession", "(sssa{sv})",
              ("xmpp", ALICE, BOB, {}), SERVICE)]
    for path, interface, method, signature, arguments, name in calls:
        connection.call(name, path, interface, method, GLib.Variant(signature, arguments), None,
                        Gio.DBusCallFlags.NONE, 60000, None,
                        lambda source, result: answers.append(finish(source, result)))
    wait_until(lambda: len(answers) == len(calls), "the answers")
    assert not [a for a in answers if isinstance(a, GLib.Error)], answers
    assert ("ready",) in answers and (account,) in answers, answers


def finish(connection, result):
    try:
        return connection.call_finish(result).unpack()
    except GLib.Error as error:
        return error


def calls_around_the_exit_are_answered():
    chance = random.Random(4711)
    with Desktop(idle_exit=0.01) as desktop:
        owner, client = Owner(desktop), Client(desktop)
        account = fill(client)
        before = describe(client)
        for number in range(ROUNDS):
            owner.wait_for_exit_or(chance.randrange(4, 14))
            caller = desktop.connect()
            call_at_once(desktop, caller, account)
            caller.close_sync(None)
            desktop.connections.remove(caller)
        print("# %d exits in %d rounds" % (owner.changes.count(""), ROUNDS))
        assert owner.changes.count("") > 1
        assert describe(client) == before


def a_service_that_goes_by_itself_can_be_stopped():
    with LateDesktop(idle_exit=0.01) as desktop:
        Client(desktop).property("Version")


if __name__ == "__main__":
    tap.run({
        "it exits and comes again as it was": it_exits_and_comes_again_as_it_was,
        "a session that was private is finished after an exit":
            a_latched_session_is_finished_after_it,
        "it stays while a messenger is attached": lambda: it_stays(attach, leave),
        "it stays while a direct connection is open":
            lambda: it_stays(connect_directly, disconnect),
        "it stays while the user's lock holds": lambda: it_stays(lock_the_vault, unlock),
        "it stays while a session is private, with nobody there":
            lambda: it_stays(go_private_and_vanish, come_back_and_end),
        "it stays for ever when told so": stays_for_ever,
        "calls around the exit are all answered": calls_around_the_exit_are_answered,
        "a service that goes by itself while it is stopped has been stopped":
            a_service_that_goes_by_itself_can_be_stopped,
    }, watchdog=280)
