#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: programs of the user, programs in a sandbox, and what others
on the bus can hear of it."""
import contextlib
import os
import subprocess

from gi.repository import Gio

import children
import tap
from desktop import Desktop, wait_until
from messenger import Client, Messenger
from sandboxed import Sandboxed, open_direct
from talk import ALICE, BOB, converse, go_private, join, open_messenger

APP, STRANGER = "org.example.Chat", "org.example.Stranger"
PORTAL_ONLY = ["--talk=im.otrd1.Portal"]
DENIED = "im.otrd1.Error.AccessDenied"
MANAGER = "/im/otrd1"
DIRECTS = 8  # of one program


@contextlib.contextmanager
def sandboxed(desktop, application, **options):
    program = Sandboxed(desktop, application, **options)
    try:
        yield program
    finally:
        program.close()


def open_session(program, account=ALICE, contact=BOB):
    return program.call(MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})", "xmpp", account,
                        contact, {})


def everybody_else_may_introspect():
    with Desktop() as desktop:
        messenger = open_messenger(desktop)
        stranger = Client(desktop)
        text = desktop.call("im.otrd1", messenger.path, "org.freedesktop.DBus.Introspectable",
                            "Introspect")[0]
        first = stranger.connection.call_sync(
            "im.otrd1", MANAGER, "org.freedesktop.DBus.Introspectable", "Introspect", None, None,
            Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
        assert "im.otrd1.Session" in text and "im.otrd1.Manager" in first


def a_sandboxed_program_gets_what_it_was_granted():
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        asked = []
        owner.connection.signal_subscribe(
            "im.otrd1", "im.otrd1.Manager", "GrantRequested", None, None,
            Gio.DBusSignalFlags.NONE, lambda *signal: asked.append(signal[5].unpack()))
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            assert program.opened == {"result": None}, program.opened
            assert open_session(program) == {"error": DENIED}
            wait_until(lambda: asked == [(APP, "xmpp", ALICE)], "the question")
            listed = otrctl(desktop, "apps")
            assert APP in listed and "ask" in listed, listed
            otrctl(desktop, "allow", APP, "xmpp:" + ALICE)
            path, state = open_session(program)["result"]
            check_grant(program, path, owner)
            assert open_session(program, account="eve@example.org") == {"error": DENIED}
        # it rests in the vault
        owner.close()
        desktop.stop_service()
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            assert "result" in open_session(program)
        with sandboxed(desktop, STRANGER, rules=PORTAL_ONLY) as program:
            assert open_session(program) == {"error": DENIED}
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            path, state = open_session(program)["result"]
            otrctl(desktop, "deny", APP, "xmpp:" + ALICE)
            sent = program.call(path, "im.otrd1.Session", "Send", "(ssa{sv})", "hello", "", {})
            assert sent == {"error": "im.otrd1.Error.NotFound"}, sent
            assert open_session(program) == {"error": DENIED}


def check_grant(program, path, owner):
    """What it sees is its own."""
    program.call(MANAGER, "im.otrd1.Manager", "Register", "(sa{sv})", "pidgin", {})
    seen = program.call(MANAGER, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
    assert list(seen["result"][0]) == [path], seen
    clients = [(c["application"], c.get("sandbox")) for c in owner.manager("ListClients")[0]]
    assert (APP, "flatpak") in clients and ("pidgin", "flatpak") not in clients, clients
    sent = program.call(path, "im.otrd1.Session", "Send", "(ssa{sv})", "hello", "", {})
    assert sent["result"][0] in ("plaintext", "held"), sent


def a_no_that_comes_in_between_is_a_no():
    """The program has asked already, and its session is being opened."""
    with Desktop() as desktop:
        owner = Client(desktop, "owner")
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            for number in range(20):
                account = "new%d@example.org" % number
                answer_grant(owner, account, "allow")
                program.begin(MANAGER, "im.otrd1.Manager", "OpenSession", "(sssa{sv})", "xmpp",
                              account, BOB, {})
                answer_grant(owner, account, "deny")
                opened = program.end()
                if "result" in opened:
                    sent = program.call(opened["result"][0], "im.otrd1.Session", "Send",
                                        "(ssa{sv})", "hello", "", {})
                    assert sent == {"error": "im.otrd1.Error.NotFound"}, (number, sent)
                else:
                    assert opened == {"error": DENIED}, opened


def answer_grant(owner, account, grant):
    owner.manager("SetGrant", "(ssssa{sv})", APP, "xmpp", account, grant, {})


def questions_leave_room_for_the_owner_s_word():
    with Desktop() as desktop:
        owner = Client(desktop, "owner")
        asked = []
        owner.connection.signal_subscribe(
            "im.otrd1", "im.otrd1.Manager", "GrantRequested", None, None,
            Gio.DBusSignalFlags.NONE, lambda *signal: asked.append(signal[5].unpack()[2]))
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            for number in range(40):
                assert "error" in open_session(program, account="m%d@example.org" % number)
            for _ in range(3):
                assert open_session(program, account="m0@example.org") == {"error": DENIED}
            otrctl(desktop, "allow", APP, "xmpp:" + ALICE)
            assert "result" in open_session(program)
            otrctl(desktop, "ask", APP, "xmpp:" + ALICE)
            assert ALICE not in otrctl(desktop, "apps")
            assert "error" in open_session(program)
        wait_until(lambda: len(asked) >= 32, "the questions")
        assert sorted(asked) == sorted(set(asked)), asked


def a_sandboxed_program_hears_nothing_but_its_own():
    with Desktop() as desktop:
        owner = open_messenger(desktop)
        bob = open_messenger(desktop, "two", BOB, ALICE)
        answer_grant(owner, ALICE, "allow")
        with sandboxed(desktop, APP, rules=PORTAL_ONLY) as program:
            path, state = open_session(program, contact="zoe@example.org")["result"]
            program.hear()
            network = join(owner, bob)
            go_private(network, owner)
            converse(network, ["squeamish ossifrage"])
            account = owner.get("Account")
            owner.account(account, "SetTrust", "(sssa{sv})", BOB, owner.get("Fingerprint"),
                          "verified", {})
            owner.account(account, "SetPolicy", "(ssa{sv})", BOB, "always", {})
            owner.account(account, "SetPolicy", "(ssa{sv})", "", "manual", {})
            otrctl(desktop, "deny", STRANGER, "xmpp:" + ALICE)
            owner.end()
            network.carry_all()
            owner.close()
            heard = [signal for signal in program.hear()
                     if signal[1] != "org.freedesktop.DBus"]
            assert any(signal[0] == path for signal in heard), heard
            foreign = [signal for signal in heard if signal[0] != path]
            assert not foreign, foreign


def an_application_is_one_program_whatever_names_it_has():
    with Desktop() as desktop, contextlib.ExitStack() as stack:
        desktop.start_service()
        for _ in range(DIRECTS):
            program = stack.enter_context(sandboxed(desktop, APP))
            assert program.opened == {"result": None}, program.opened
        one_more = stack.enter_context(sandboxed(desktop, APP))
        assert one_more.opened == {"error": "im.otrd1.Error.LimitExceeded"}, one_more.opened
        other = stack.enter_context(sandboxed(desktop, STRANGER))
        assert other.opened == {"result": None}, other.opened


def who_cannot_be_identified_gets_nothing():
    with Desktop() as desktop:
        with sandboxed(desktop, "not-an-id", direct=False) as program:
            answer = program.call("/im/otrd1/portal", "im.otrd1.Portal", "OpenDirectConnection",
                                  "(a{sv})", {}, name="im.otrd1.Portal")
            assert answer == {"error": DENIED}, answer
            assert open_session(program) == {"error": DENIED}


def otrctl(desktop, *words):
    result = subprocess.run([os.environ["OTRD_OTRCTL"], *words], env=desktop.environment,
                            capture_output=True, text=True, timeout=110)
    assert result.returncode == 0, (words, result.stderr)
    return result.stdout


class DirectMessenger(Messenger):
    """A messenger that has left the bus for a connection of its own."""

    def __init__(self, desktop, *words, **options):
        self.desktop = desktop
        super().__init__(_Directly(desktop), *words, **options)


class _Directly:
    def __init__(self, desktop):
        self.bus = desktop.connect()

    def connect(self):
        return open_direct(self.bus)


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


def talk(desktop, kind):
    def conversation():
        alice = kind(desktop, "one", "xmpp", ALICE, BOB)
        bob = kind(desktop, "two", "xmpp", BOB, ALICE)
        network = join(alice, bob)
        go_private(network, alice)
        converse(network, ["squeamish ossifrage"])
    return conversation


def a_monitor_sees_no_text_of_a_direct_connection():
    with Desktop() as desktop:
        desktop.start_service()
        seen = read_monitor(desktop, talk(desktop, DirectMessenger))
        assert "OpenDirectConnection" in seen
        assert "ossifrage" not in seen and "?OTR" not in seen


def a_signal_on_the_bus_has_no_text():
    with Desktop() as desktop:
        desktop.start_service()
        seen = read_monitor(desktop, talk(desktop, Messenger))
        messages = seen.split("\nsignal ")
        assert "ossifrage" in seen
        for message in messages[1:]:
            body = message.split("\nmethod ")[0]
            assert "ossifrage" not in body and "?OTR" not in body, body


def a_killed_messenger_comes_back_to_the_same_conversation():
    with Desktop() as desktop:
        bob = open_messenger(desktop, "two", BOB, ALICE)
        alice = open_messenger(desktop, "one")
        go_private(join(alice, bob), alice)
        session = alice.get("SessionId")
        # what the service sees of a kill -9: the connection has gone, nothing was said
        alice.connection.get_stream().get_socket().shutdown(True, True)
        again = open_messenger(desktop, "one")
        assert again.get("SessionId") == session and again.opened["State"] == "private"
        assert again.send("still there", "private") == "private"
        network = join(again, bob)
        network.carry_all()
        assert bob.texts() == ["still there"], bob.texts()


if __name__ == "__main__":
    tap.run({
        "everybody else may introspect": everybody_else_may_introspect,
        "a sandboxed program gets what it was granted":
            a_sandboxed_program_gets_what_it_was_granted,
        "a no that comes in between is a no": a_no_that_comes_in_between_is_a_no,
        "questions leave room for the owner's word": questions_leave_room_for_the_owner_s_word,
        "a sandboxed program hears nothing but its own":
            a_sandboxed_program_hears_nothing_but_its_own,
        "an application is one program, whatever names it has":
            an_application_is_one_program_whatever_names_it_has,
        "who cannot be identified gets nothing": who_cannot_be_identified_gets_nothing,
        "a monitor sees no text of a direct connection":
            a_monitor_sees_no_text_of_a_direct_connection,
        "a signal on the bus has no text": a_signal_on_the_bus_has_no_text,
        "a killed messenger comes back to the same conversation":
            a_killed_messenger_comes_back_to_the_same_conversation,
    })
