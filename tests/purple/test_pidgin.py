#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice has Pidgin and Finch open with one XMPP account, Bob has Pidgin with
the stock pidgin-otr and has verified Alice's key long ago; between them is a
real XMPP server. What is judged is what they see, and what the server saw.
Pictures of the screen are left in the folder OTRD_SCREENS."""
import contextlib
import os

import profile
import tap
import xmpp
from away import bring_service_back, take_service_away
from desktop import Desktop
from finch import XmppFinch
from messenger import Client
from pidgin import Pidgin
from screen import Screen

OURS = (os.environ["OTRD_PLUGIN"], os.environ["OTRD_PIDGIN_PLUGIN"])

STOCK = ("/usr/lib/pidgin/pidgin-otr.so",)
ANSWER_FIELD = (150, 247)  # in pidgin-otr's dialog
START, COMPARE = 0, 3.4  # rows of the badge's menu; a line between two is 0.4


def make_key(desktop):
    """Alice's key, as it was made long ago; its fingerprint."""
    client = Client(desktop)
    path = client.open_account("xmpp", xmpp.address("alice"))
    fingerprint = client.account(path, "GenerateKey")
    client.close()
    return fingerprint[0] if isinstance(fingerprint, tuple) else fingerprint


class Scene:
    """Alice's Pidgin, on the left, and Bob's, on the right."""

    def __init__(self, desktops, stack):
        self.desktop, folder = desktops[0], desktops[0].folder
        self.server = self._keep(stack, xmpp.Server(folder, ["alice", "bob", "carol"]))
        self.screen = self._keep(stack, Screen(folder))
        self.fingerprint = make_key(desktops[0])
        self.taps = []
        self.alice = self._keep(stack, Pidgin(desktops[0], self.screen, "alice",
                                              self.tap(stack).port, OURS))
        self.bob = self._keep(stack, Pidgin(desktops[1], self.screen, "bob", self.tap(stack).port,
                                            STOCK, (645, 0), self._prepare_bob))
        for person, other in ((self.alice, "bob"), (self.bob, "alice")):
            person.wait_for_buddy(other)
            person.open_conversation(other)

    @staticmethod
    def _keep(stack, thing):
        stack.callback(thing.close)
        return thing

    def _prepare_bob(self, folder):
        profile.write_pidgin_otr(folder, xmpp.address("bob") + "/Pidgin", xmpp.address("alice"),
                                 self.fingerprint)

    def tap(self, stack):
        self.taps.append(self._keep(stack, xmpp.Tap(self.server)))
        return self.taps[-1]

    def open_finch(self, stack):
        finch = self._keep(stack, XmppFinch(self.desktop, "alice", "bob", self.tap(stack).port))
        finch.wait_for_buddy()
        return finch

    def said(self):
        return [text for a_tap in self.taps for text in a_tap.texts()]


@contextlib.contextmanager
def scene(title):
    with Desktop() as first, Desktop(program="/bin/false", keyring=False) as second, \
            contextlib.ExitStack() as stack:
        made = Scene((first, second), stack)
        try:
            yield made, stack
        finally:
            made.screen.photograph_as(title)


def only_otr(made):
    said = made.said()
    clear = [text for text in said if not text.startswith("?OTR")]
    assert said and not clear, clear


def no_complaint_of_bobs_plugin(bob):
    wrong = [text for text in bob.texts("alice") for word in
             ("nverified", "unreadable", "unrecognized", "NOT", "not private", "lost")
             if word in text]
    assert not wrong, wrong


def no_log_of_what_was_private(made):
    logs = b"".join(content for path, content in made.desktop.files().items()
                    if "logs" in path.parts)
    assert b"from Pidgin" not in logs and b"to Pidgin" not in logs
    # Kept out without the flag that has Pidgin draw a text without its speaker.
    assert not made.alice.drawn_as_notices, made.alice.drawn_as_notices


def everybody_talks(made, finch, number):
    """What Alice says in either program is read by Bob, and he answers to it."""
    for program, say in (("Finch", finch.type), ("Pidgin", lambda t: made.alice.say("bob", t))):
        text = "word %d from %s" % (number, program)
        say(text)
        made.bob.wait_for("alice", text)
        answer = "answer %d to %s" % (number, program)
        made.bob.say("alice", answer)
        if program == "Finch":
            finch.wait_for("bob: " + answer)
        else:
            made.alice.wait_for("bob", answer)


def verify_in_finch(finch):
    finch.type("/otr trust")
    finch.wait_for("Have you compared this fingerprint")
    finch.keep_screen("pidgin-verifying-in-finch")
    finch.press("Tab")
    finch.press("Enter")
    finch.wait_for("the contact is verified")


def one_key_and_one_trust_in_both_programs_and_bob_notices_nothing():
    with scene("pidgin-both-programs") as (made, stack):
        finch = made.open_finch(stack)
        finch.open_conversation()
        finch.type("/otr start")
        finch.wait_for("This conversation is now private, but the contact is NOT VERIFIED")
        made.bob.wait_for("alice", "Private conversation with")
        made.alice.wait_for("bob", "This conversation is now private, but the contact is NOT")
        made.alice.wait_for_badge("Unverified")
        made.screen.photograph_as("pidgin-unverified")
        everybody_talks(made, finch, 1)
        verify_in_finch(finch)
        made.alice.wait_for("bob", "This conversation is now private, and the contact is verified")
        made.alice.wait_for_badge("Private")
        everybody_talks(made, finch, 2)
        everybody_talks(made, finch, 3)
        finch.keep_screen("pidgin-both-programs")
        no_complaint_of_bobs_plugin(made.bob)
        no_log_of_what_was_private(made)
        only_otr(made)


def a_question_answered_in_the_stock_plugin_verifies_in_both_programs():
    with scene("pidgin-question-answered") as (made, stack):
        finch = made.open_finch(stack)
        finch.open_conversation()
        finch.type("/otr start")
        finch.wait_for("This conversation is now private")
        made.bob.wait_for("alice", "Private conversation with")
        finch.type("/otr verify Which city? = Paris")
        made.bob.wait_for_dialog("Authenticate Buddy")
        finch.keep_screen("pidgin-question")
        made.bob.answer_dialog("Authenticate Buddy", ANSWER_FIELD, "Paris")
        finch.wait_for("This conversation is now private, and the contact is verified")
        finch.wait_for_no_more("Waiting for the contact")
        made.alice.wait_for("bob", "This conversation is now private, and the contact is verified")
        made.alice.wait_for_badge("Private")
        no_complaint_of_bobs_plugin(made.bob)
        only_otr(made)


def what_the_network_gives_to_both_programs_is_shown_in_both():
    with scene("pidgin-shown-in-both") as (made, stack):
        finch = made.open_finch(stack)
        finch.open_conversation()
        made.bob.say("alice", "?OTRv3?")
        made.bob.wait_for("alice", "Private conversation with")
        finch.wait_for("This conversation is now private")
        made.alice.wait_for("bob", "This conversation is now private")
        made.bob.write_to_every_client_of("alice")
        made.bob.say("alice", "to all your windows")
        finch.wait_for("bob: to all your windows")
        made.alice.wait_for("bob", "to all your windows")
        no_complaint_of_bobs_plugin(made.bob)
        only_otr(made)


def the_badge_tells_of_the_conversation_in_front_and_opens_its_dialogs():
    with scene("pidgin-dialog") as (made, _stack):
        made.alice.open_menu("Not private")
        made.alice.click_entry(START)
        made.alice.wait_for_badge("Unverified")
        made.alice.open_tab("carol")
        made.alice.click_tab(1)
        made.alice.wait_for_badge("Not private")
        made.screen.photograph_as("pidgin-another-tab")
        made.alice.click_tab(0)
        made.alice.open_menu("Unverified")
        made.screen.photograph_as("pidgin-menu")
        made.alice.click_entry(COMPARE)
        made.alice.wait_for_dialog("OTR fingerprint")
        only_otr(made)


def without_the_service_nothing_is_sent_and_later_it_goes_on():
    with scene("pidgin-goes-on") as (made, _stack):
        made.alice.open_menu("Not private")
        made.alice.click_entry(START)
        made.alice.wait_for("bob", "This conversation is now private")
        made.bob.wait_for("alice", "Private conversation with")
        take_service_away(made.desktop)
        made.alice.say("bob", "never in the clear")
        made.alice.wait_for("bob", "NOT SENT")
        assert not any("never in the clear" in text for text in made.said())
        made.alice.wait_for_badge("No OTR service")
        made.screen.photograph_as("pidgin-service-away")
        bring_service_back(made.desktop)
        made.alice.open_menu("No OTR service")
        made.alice.click_entry(START)
        made.alice.wait_for("bob", "This conversation is now private", 2)
        made.bob.wait_for("alice", "onversation with", 2)
        made.alice.say("bob", "here we are again")
        made.bob.wait_for("alice", "here we are again")
        only_otr(made)


if __name__ == "__main__":
    tap.run({
        "one key and one trust in both programs and Bob notices nothing":
            one_key_and_one_trust_in_both_programs_and_bob_notices_nothing,
        "a question answered in the stock plugin verifies in both programs":
            a_question_answered_in_the_stock_plugin_verifies_in_both_programs,
        "what the network gives to both programs is shown in both":
            what_the_network_gives_to_both_programs_is_shown_in_both,
        "the badge tells of the conversation in front and opens its dialogs":
            the_badge_tells_of_the_conversation_in_front_and_opens_its_dialogs,
        "without the service nothing is sent and later it goes on":
            without_the_service_nothing_is_sent_and_later_it_goes_on,
    }, watchdog=600)
