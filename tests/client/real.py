#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libotrd with the real service and a real keyring: two messengers talk, and one
service dies between them."""
import collections
import contextlib
import signal

import gi
gi.require_version("Otrd", "1")
from gi.repository import GLib, Otrd  # noqa: E402

import tap  # noqa: E402
from desktop import Desktop, wait_until  # noqa: E402

ALICE, BOB = "alice@example.org", "bob@example.org"


class Messenger:
    """One side: what it transmits goes to the other's main loop, in order."""

    def __init__(self, desktop, application, own, contact, waits):
        self.waits = waits
        self.other = None
        self.read, self.events = [], []
        self.arrived = collections.deque()
        self.seen = []
        self.client = Otrd.Client.new_sync(desktop.connect(), application, None, None)
        self.session = self.client.open_session_sync("xmpp", own, contact, None, None)
        self.session.connect("turn", lambda _, turn: self.take(turn))

    def take(self, turn):
        for line in turn.get_transmissions():
            self.seen.append(line.get_line())
            self.other.arrived.append(line.get_line())
            GLib.idle_add(self.other.carry)
        self.events += turn.get_events()
        return turn

    def carry(self):
        if self.arrived:
            self.receive(self.arrived.popleft())
        return GLib.SOURCE_REMOVE

    def receive(self, line):
        if self.waits:
            self.show(self.session.receive_sync(line, None, None))
        else:
            self.session.receive(line, None, None, lambda session, result: self.show(
                session.receive_finish(result)))

    def show(self, turn):
        if turn.get_text():
            self.read.append((turn.get_verdict().value_nick, turn.get_text()))
        self.take(turn)

    def send(self, text, at_least=None):
        return self.take(self.session.send_sync(text, at_least, None, None))

    def names(self):
        return [event.get_name() for event in self.events]

    def is_private(self):
        return self.session.props.state == Otrd.State.PRIVATE


@contextlib.contextmanager
def two_sides():
    """Alice's messenger waits for its answers, as libpurple's must; Bob's does not."""
    with Desktop() as desktop:
        alice = Messenger(desktop, "left", ALICE, BOB, True)
        bob = Messenger(desktop, "right", BOB, ALICE, False)
        alice.other, bob.other = bob, alice
        try:
            yield desktop, alice, bob
        finally:
            for side in (alice, bob):
                with contextlib.suppress(GLib.Error):
                    side.session.detach_sync(None, None)


def become_private(alice, bob):
    alice.take(alice.session.start_sync(None, None))
    wait_until(lambda: alice.is_private() and bob.is_private(), "private")


def texts_arrive_private_and_in_order():
    with two_sides() as (_, alice, bob):
        become_private(alice, bob)
        for number in range(20):
            alice.send("there %d" % number, "private")
            bob.send("back %d" % number, "private")
        wait_until(lambda: len(bob.read) == 20 and len(alice.read) == 20, "40 texts")
        assert bob.read == [("private", "there %d" % n) for n in range(20)], bob.read
        assert alice.read == [("private", "back %d" % n) for n in range(20)], alice.read


def a_contact_is_verified_by_a_question():
    with two_sides() as (_, alice, bob):
        become_private(alice, bob)
        secret = GLib.Bytes.new(b"rosebud")
        alice.take(alice.session.start_verification_sync(secret, "What?", None, None))
        wait_until(lambda: "verification-asked" in bob.names(), "asked")
        assert bob.session.props.verification == Otrd.Verification.ASKED
        asked = [e for e in bob.events if e.get_name() == "verification-asked"]
        assert asked[0].get_string("question") == "What?"
        bob.take(bob.session.answer_verification_sync(secret, None, None))
        wait_until(lambda: alice.session.props.trust == Otrd.Trust.VERIFIED, "verified")
        assert bob.session.props.trust == Otrd.Trust.UNVERIFIED


def a_text_typed_before_it_is_private_arrives_once():
    with two_sides() as (_, alice, bob):
        alice.take(alice.session.start_sync(None, None))
        assert alice.send("early").get_verdict() == Otrd.Verdict.HELD
        wait_until(lambda: bob.read, "the text")
        assert bob.read == [("private", "early")], bob.read
        wait_until(lambda: "sent" in alice.names(), "told that it went")


def a_service_that_is_killed_costs_no_text_and_no_secret():
    with two_sides() as (desktop, alice, bob):
        become_private(alice, bob)
        desktop.stop_service(signal.SIGKILL)
        wait_until(lambda: not alice.client.props.available, "alice hears of it")
        assert alice.session.props.state == Otrd.State.UNKNOWN
        verdict = None
        while verdict is None:
            try:
                verdict = alice.send("said after").get_verdict()
            except GLib.Error as error:  # `finished`, until the exchange has begun again
                assert error.matches(Otrd.error_quark(), Otrd.Error.FINISHED), error
                alice.take(alice.session.start_sync(None, None))
        assert verdict in (Otrd.Verdict.HELD, Otrd.Verdict.PRIVATE), verdict
        wait_until(lambda: ("private", "said after") in bob.read, "the text")
        assert not any("said after" in line for line in alice.seen)


def a_held_text_outlives_its_service():
    with two_sides() as (desktop, alice, bob):
        bob.session.detach_sync(None, None)
        alice.client.open_account_sync("xmpp", ALICE, None, None).generate_key_sync(None, None)
        alice.other = Deaf()
        alice.take(alice.session.start_sync(None, None))
        assert alice.send("with patience").get_verdict() == Otrd.Verdict.HELD
        alice.other = bob
        bob.session = bob.client.open_session_sync("xmpp", BOB, ALICE, None, None)
        desktop.stop_service(signal.SIGKILL)
        wait_until(lambda: ("private", "with patience") in bob.read, "the text")
        assert not any("with patience" in line for line in alice.seen)


def a_text_typed_while_starting_stays_out_of_the_clear(how, is_noticed):
    with two_sides() as (desktop, alice, bob):
        alice.other = Deaf()
        alice.take(alice.session.start_sync(None, None))
        assert alice.session.props.state == Otrd.State.STARTING
        desktop.stop_service(how)
        if is_noticed:
            wait_until(lambda: not alice.client.props.available, "alice hears of it")
        for _ in range(2):
            assert_not_private(lambda: alice.send("meet at nine"))
        assert alice.session.send_sync("in the open", None, GLib.Variant(
            "a{sv}", {"clear": GLib.Variant("b", True)}), None).get_verdict() \
            == Otrd.Verdict.PLAINTEXT
        assert not any("meet at nine" in line for line in alice.seen)


def assert_not_private(function):
    try:
        function()
    except GLib.Error as error:
        assert error.matches(Otrd.error_quark(), Otrd.Error.NOT_PRIVATE), error
        return
    raise AssertionError("sent")


def texts_typed_while_starting_stay_out_of_the_clear():
    for how in (signal.SIGKILL, signal.SIGTERM):
        for is_noticed in (True, False):
            a_text_typed_while_starting_stays_out_of_the_clear(how, is_noticed)


def what_one_ended_stays_out_of_the_other_after_a_death():
    with two_sides() as (desktop, alice, bob):
        become_private(alice, bob)
        second = Messenger(desktop, "second", ALICE, BOB, True)
        second.other = bob
        wait_until(second.is_private, "the second sees it")
        alice.take(alice.session.end_sync(None, None))
        desktop.stop_service(signal.SIGKILL)
        assert_not_private(lambda: second.send("from the second"))
        wait_until(lambda: second.session.props.state == Otrd.State.PLAINTEXT, "open again")
        assert_not_private(lambda: second.send("from the second"))
        second.take(second.session.end_sync(None, None))
        assert second.send("in the open").get_verdict() == Otrd.Verdict.PLAINTEXT
        assert not any("from the second" in line for line in second.seen)
        second.session.detach_sync(None, None)


class Deaf:
    arrived = collections.deque()

    def carry(self):
        return GLib.SOURCE_REMOVE


tap.run({
    "texts arrive private and in order": texts_arrive_private_and_in_order,
    "a contact is verified by a question": a_contact_is_verified_by_a_question,
    "a text typed before it is private arrives once":
        a_text_typed_before_it_is_private_arrives_once,
    "a service that is killed costs no text and no secret":
        a_service_that_is_killed_costs_no_text_and_no_secret,
    "a held text outlives its service": a_held_text_outlives_its_service,
    "texts typed while starting stay out of the clear when the service dies":
        texts_typed_while_starting_stay_out_of_the_clear,
    "what one messenger ended stays out of the other after a death":
        what_one_ended_stays_out_of_the_other_after_a_death,
}, watchdog=280)
