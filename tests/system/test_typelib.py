#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libotrd from Python, through its typelib: two messengers of a dozen lines."""
import collections

import gi
from gi.repository import GLib

import talk
import tap
from desktop import Desktop, wait_until
from messenger import options_of
from network import Network
from talk import ALICE, BOB

gi.require_version("Otrd", "1")
from gi.repository import Otrd  # noqa: E402

QUESTION, SECRET = "Which boat did we miss?", b"the Marie-Luise"


class Messenger:
    def __init__(self, desktop, application, account, contact):
        self.client = Otrd.Client.new_sync(desktop.connect(), application, None, None)
        self.session = self.client.open_session_sync("xmpp", account, contact, None, None)
        self.session.connect("turn", lambda session, turn: self.take(turn))
        self.outbox, self.events, self.read = collections.deque(), [], []

    def take(self, turn):
        self.outbox.extend(t.get_line() for t in turn.get_transmissions())
        self.events += [(e.get_name(), e) for e in turn.get_events()]
        if turn.get_verdict() == Otrd.Verdict.PRIVATE and turn.get_text():
            self.read.append(turn.get_text())
        return turn

    def receive(self, line):
        self.take(self.session.receive_sync(line, None, None))

    def send(self, text, at_least="private", **options):
        turn = self.session.send_sync(text, at_least,
                                      GLib.Variant("a{sv}", options_of(options)), None)
        return self.take(turn).get_verdict()

    def take_transmissions(self):
        GLib.MainContext.default().iteration(False)
        lines, self.outbox = list(self.outbox), collections.deque()
        return lines

    def is_private(self):
        return self.session.get_state() == Otrd.State.PRIVATE

    def named(self, name):
        return [event for event_name, event in self.events if event_name == name]


def go_private(network):
    left, right = network.ends
    left.take(left.session.start_sync(None, None))
    network.carry_until(lambda: left.is_private() and right.is_private(), "private")


def open_both(desktop):
    left, right = Messenger(desktop, "left", ALICE, BOB), Messenger(desktop, "right", BOB, ALICE)
    return left, right, Network(left, right)


def a_private_conversation():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        assert left.client.get_available() and left.client.get_version() >= 1
        go_private(network)
        for text in talk.TEXTS:
            for end in network.ends:
                assert end.send(text) == Otrd.Verdict.PRIVATE
                network.carry_all()
                assert network.other(end).read[-1] == text
        assert not any(text in line for text in talk.TEXTS for line in network.seen)


def a_verification():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        go_private(network)
        left.take(left.session.start_verification_sync(
            GLib.Bytes.new(SECRET), QUESTION, None, None))
        network.carry_until(lambda: right.named("verification-asked"), "asked")
        assert right.named("verification-asked")[0].get_string("question") == QUESTION
        right.take(right.session.answer_verification_sync(GLib.Bytes.new(SECRET), None, None))
        network.carry_until(lambda: left.named("verification-finished"), "the result")
        assert left.named("verification-finished")[0].get_string("result") == "verified"
        wait_until(lambda: left.session.get_trust() == Otrd.Trust.VERIFIED, "the trust")


def errors_are_those_of_the_contract():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        try:
            left.send("secret words")
        except GLib.Error as error:
            assert error.matches(Otrd.error_quark(), Otrd.Error.NOT_PRIVATE), error
        else:
            raise AssertionError("it was sent in the clear")


def the_service_may_go_and_come_back():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        go_private(network)
        desktop.stop_service(how=9)
        wait_until(lambda: not left.client.get_available(), "the service's end")
        assert not left.is_private()
        desktop.start_service()
        wait_until(lambda: left.client.get_available() and right.client.get_available(),
                   "the service's return")
        network.carry_until(lambda: left.is_private() and right.is_private(), "private again")
        assert left.send("still there?") == Otrd.Verdict.PRIVATE
        network.carry_until(lambda: right.read[-1:] == ["still there?"], "the text")


tap.run({
    "a private conversation": a_private_conversation,
    "a verification": a_verification,
    "errors are those of the contract": errors_are_those_of_the_contract,
    "the service may go and come back": the_service_may_go_and_come_back,
}, watchdog=280)
