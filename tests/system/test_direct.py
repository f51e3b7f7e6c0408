#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libotrd by itself leaves the bus for a direct connection: what a monitor sees, what others see,
and that a messenger may be killed, or be in a sandbox."""
import contextlib
import json
import os
import signal
import subprocess

import children
import tap
from desktop import Desktop
from libotrd_program import Program, command, library_folders
from network import Network
from sandboxed import Sandboxed
from talk import ALICE, BOB, open_messenger

APP = "org.example.Chat"
TEXT = "squeamish ossifrage"


@contextlib.contextmanager
def program(desktop, *words, **options):
    running = Program(desktop, *words, **options)
    try:
        yield running
    finally:
        children.end(running.process)


def read_monitor(desktop, conversation):
    """All that dbus-monitor prints while it goes on."""
    monitor = desktop.start(["dbus-monitor", "--session"], stdout=subprocess.PIPE,
                            stderr=desktop.log)
    lines = [monitor.stdout.readline()]
    conversation()
    desktop.call_bus("NameHasOwner", "org.example.TheEnd")
    while b"org.example.TheEnd" not in lines[-1]:
        lines.append(monitor.stdout.readline())
        assert lines[-1], "dbus-monitor ended"
    children.end(monitor)
    return b"".join(lines).decode(errors="replace")


def make_keys(desktop):
    """So that every line of an exchange comes in the answer to the one before."""
    desktop.start_service()
    for name in (ALICE, BOB):
        otrctl(desktop, "account", "add", "xmpp", name)
        otrctl(desktop, "key", "generate", "xmpp:" + name)


def go_private(network, alice, bob):
    assert "error" not in alice.tell("start")
    network.carry_all()
    for end in (alice, bob):
        assert end.tell("collect")["state"] == "private"


def converse(desktop, door):
    with program(desktop, ALICE, BOB, door) as alice, program(desktop, BOB, ALICE, door) as bob:
        for end in (alice, bob):
            assert end.tell("open")["direct"] == (door == "direct")
        network = Network(alice, bob)
        go_private(network, alice, bob)
        assert alice.tell("send", TEXT, "private")["verdict"] == "private"
        network.carry_all()
        assert bob.read == [TEXT], bob.read


def a_monitor_sees_no_text_of_libotrd():
    with Desktop() as desktop:
        make_keys(desktop)
        seen = read_monitor(desktop, lambda: converse(desktop, "direct"))
        assert "OpenDirectConnection" in seen
        assert TEXT not in seen and "?OTR" not in seen and "OpenSession" not in seen


def a_monitor_sees_it_where_it_was_forbidden_to_leave_the_bus():
    with Desktop() as desktop:
        make_keys(desktop)
        seen = read_monitor(desktop, lambda: converse(desktop, "bus"))
        assert "OpenDirectConnection" not in seen
        assert TEXT in seen


def otrctl(desktop, *words):
    result = subprocess.run([os.environ["OTRD_OTRCTL"], *words], env=desktop.environment,
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, (words, result.stderr)
    return result.stdout


def people_see_who_is_direct():
    with Desktop() as desktop:
        with program(desktop, ALICE, BOB) as alice:
            alice.tell("open")
            clients = {client["application"]: client
                       for client in json.loads(otrctl(desktop, "clients", "--json"))}
            assert clients["program"]["direct"] is True, clients
            assert len(clients["program"]["sessions"]) == 1, clients
            assert "direct: yes\n" in otrctl(desktop, "status")


def a_killed_messenger_comes_back(door):
    with Desktop() as desktop:
        make_keys(desktop)
        with program(desktop, BOB, ALICE, door) as bob:
            bob.tell("open")
            with program(desktop, ALICE, BOB, door) as alice:
                alice.tell("open")
                network = Network(alice, bob)
                go_private(network, alice, bob)
                alice.tell("send", "before", "private")
                network.carry_all()
                session_id = alice.tell("collect")["session_id"]
                alice.kill()
            with program(desktop, ALICE, BOB, door) as again:
                opened = again.tell("open")
                assert (opened["state"], opened["session_id"]) == ("private", session_id), opened
                assert opened["direct"] == (door == "direct"), opened
                assert again.tell("send", TEXT, "private")["verdict"] == "private"
                network = Network(again, bob)
                network.carry_all()
                assert bob.read == ["before", TEXT], bob.read
                bob.tell("send", "and back", "private")
                network.carry_all()
                assert again.read == ["and back"], again.read


def a_killed_messenger_comes_back_on_the_bus():
    a_killed_messenger_comes_back("bus")


def a_killed_messenger_comes_back_directly():
    a_killed_messenger_comes_back("direct")


def a_sandboxed_messenger_uses_the_portal(rules):
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        box = Sandboxed(desktop, APP, rules=rules, folders=library_folders(),
                        command=lambda address: command(address, ALICE, BOB))
        try:
            alice = Program(desktop, ALICE, BOB, process=box.process)
            assert alice.tell("open")["denied"]
            assert APP in otrctl(desktop, "apps")
            otrctl(desktop, "allow", APP, "xmpp:" + ALICE)
            opened = alice.tell("open")
            assert opened.get("direct") is True and opened["available"], opened
            assert alice.tell("send", TEXT, "")["verdict"] in ("plaintext", "held")
            clients = [(c["application"], c.get("sandbox"), c["direct"])
                       for c in owner.manager("ListClients")[0]]
            assert (APP, "flatpak", True) in clients, clients
            # it comes back by itself after the service
            owner.close()
            desktop.stop_service(signal.SIGKILL)
            again = alice.tell("collect")
            assert again.get("direct") is True, again
        finally:
            box.close()


def a_flatpak_uses_the_portal_through_its_proxy():
    a_sandboxed_messenger_uses_the_portal(["--talk=im.otrd1.Portal"])


def a_sandboxed_program_on_the_bus_itself_uses_the_portal():
    a_sandboxed_messenger_uses_the_portal(None)


if __name__ == "__main__":
    tap.run({
        "a monitor sees no text of libotrd": a_monitor_sees_no_text_of_libotrd,
        "a monitor sees it where it was forbidden to leave the bus":
            a_monitor_sees_it_where_it_was_forbidden_to_leave_the_bus,
        "people see who is direct": people_see_who_is_direct,
        "a killed messenger comes back on the bus": a_killed_messenger_comes_back_on_the_bus,
        "a killed messenger comes back directly": a_killed_messenger_comes_back_directly,
        "a Flatpak uses the Portal through its proxy":
            a_flatpak_uses_the_portal_through_its_proxy,
        "a sandboxed program on the bus itself uses the Portal":
            a_sandboxed_program_on_the_bus_itself_uses_the_portal,
    })
