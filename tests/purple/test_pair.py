#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two people with the plugin: Alice has Pidgin, Bob has Finch, each with a
desktop and an otrd of their own; between them is a real XMPP server."""
import signal

import people
import tap
import xmpp
from finch import XmppFinch
from people import PidginAndFinch
from pidgin import Pidgin
from test_pidgin import OURS, COMPARE, START, only_otr, scene

VERIFICATION = "OTR verification"
# Of pidgin-otr: its menu, from the corner of the window, and the fields of its dialog.
STOCK_MENU, STOCK_AUTHENTICATE = (267, 13), (293, 80)
STOCK_PRIVATE = 0x00a000  # a letter of its button
BELOW_TEXT = 120  # where the menu covers what nobody has written to
STOCK_DIALOG, QUESTION, ANSWER, ASK = "Authenticate Buddy", (140, 259), (140, 318), (460, 426)


def answer(pidgin, text):
    """What the contact asks."""
    pidgin.wait_for_dialog(VERIFICATION)
    pidgin.screen.focus_window(pidgin.process.pid, VERIFICATION)
    pidgin.screen.type(text)
    pidgin.screen.press("Return")
    pidgin.wait_for_no_dialog(VERIFICATION)


def ask_in_the_stock_plugin(pidgin, question, text):
    x, y = pidgin.place
    # It makes its menu anew with its button.
    pidgin.wait_for_colour(STOCK_PRIVATE, (x + 550, y + 420, x + 620, y + 440), "the button")
    pidgin.change((x + STOCK_MENU[0], y + BELOW_TEXT, x + STOCK_MENU[0] + 20, y + BELOW_TEXT + 5),
                  lambda: pidgin.screen.click(x + STOCK_MENU[0], y + STOCK_MENU[1]), "the menu")
    pidgin.screen.click(x + STOCK_AUTHENTICATE[0], y + STOCK_AUTHENTICATE[1])
    pidgin.wait_for_dialog(STOCK_DIALOG)
    pidgin.screen.focus_window(pidgin.process.pid, STOCK_DIALOG)
    for place, words in ((QUESTION, question), (ANSWER, text), (ASK, "")):
        pidgin.screen.click(x + 20 + place[0], y + 200 + place[1])
        pidgin.screen.type(words)


class XmppPair(PidginAndFinch):
    tap_class, pidgin_class, finch_class, plugins = xmpp.Tap, Pidgin, XmppFinch, OURS

    def make_server(self, folder):
        return xmpp.Server(folder, ["alice", "bob"])

    def open_conversations(self):
        self.alice.wait_for_buddy("bob")
        super().open_conversations()

    def go_private(self):
        self.bob.type("/otr start")
        self.bob.wait_for("This conversation is now private")
        self.alice.wait_for("bob", "This conversation is now private")

    def alice_answers(self, text):
        answer(self.alice, text)


def two_people(title):
    return people.two_people(XmppPair, title)


def logged(desktop):
    return b"".join(content for path, content in desktop.files().items() if "logs" in path.parts)


def a_shared_secret_is_refused_mistaken_called_off_and_right():
    with two_people("pair-secret") as pair:
        pair.go_private()
        pair.bob.type("/otr verify the blue boat")
        pair.bob.wait_for("Waiting for the contact")
        pair.alice_answers("the red boat")
        pair.bob.wait_for("Verification FAILED: the answers differ.")
        pair.alice.wait_for("bob", "Verification FAILED: the answers differ.")
        pair.bob.wait_for_no_more("Waiting for the contact")
        pair.bob.type("/otr verify once more")
        pair.alice.wait_for_dialog(VERIFICATION)
        pair.bob.wait_for("Waiting for the contact")
        pair.bob.press("Enter")  # the dialog's only button
        pair.bob.wait_for("Verification was cancelled.")
        pair.alice.wait_for_no_dialog(VERIFICATION)
        pair.bob.wait_for_no_more("Waiting for the contact")
        pair.bob.type("/otr verify the blue boat")
        pair.alice_answers("the blue boat")
        pair.bob.wait_for("This conversation is now private, and the contact is verified")
        pair.alice.wait_for_badge("Private")
        only_otr(pair)


def a_private_conversation_is_refreshed_and_ended_and_nothing_leaves_until_that_is_seen():
    with two_people("pair-end") as pair:
        pair.go_private()
        pair.alice.wait_for_badge("Unverified")
        pair.bob.type("/otr refresh")
        pair.bob.wait_for("The private conversation has been refreshed")
        pair.alice.say("bob", "with new keys")
        pair.bob.wait_for("alice: with new keys")
        pair.bob.type("/otr end")
        pair.alice.wait_for("bob", "The private conversation is finished")
        pair.alice.wait_for_badge("Finished")
        pair.alice.say("bob", "not after the end")
        pair.alice.wait_for("bob", "NOT SENT: &quot;not after the end&quot;")
        only_otr(pair)


def one_who_types_after_the_service_was_killed_needs_nothing_else():
    with two_people("pair-killed") as pair:
        pair.go_private()
        pair.desktops[0].stop_service(signal.SIGKILL)
        # What is typed before that is seen was meant for the private state, and is given back.
        pair.alice.wait_for("bob", "The OTR service is away")
        pair.alice.say("bob", "is anybody there?")
        pair.bob.wait_for("alice: is anybody there?")
        pair.bob.type("yes, as before")
        pair.alice.wait_for("bob", "yes, as before")
        only_otr(pair)


def by_policy_always_waits_and_never_goes_in_the_clear_and_into_the_log():
    with two_people("pair-policies") as pair:
        pair.bob.type("/otr policy always")
        pair.bob.wait_for("Policy: always")
        pair.bob.type("waits until it is private")
        pair.alice.wait_for("bob", "waits until it is private")
        only_otr(pair)
        pair.bob.type("/otr end")
        pair.bob.wait_for("This conversation is NOT PRIVATE")
        pair.bob.type("/otr policy never")
        pair.bob.wait_for("Policy: never")
        pair.bob.type("for everybody to read")
        pair.alice.wait_for("bob", "for everybody to read")
        assert "for everybody to read" in pair.said()
        assert b"for everybody to read" in logged(pair.desktops[1])
        assert b"waits until" not in logged(pair.desktops[0]) + logged(pair.desktops[1])


def what_the_stock_plugin_asks_is_answered_in_pidgin():
    with scene("pair-stock-asks") as (made, _stack):
        made.alice.open_menu("Not private")
        made.alice.click_entry(START)
        made.alice.wait_for_badge("Unverified")
        made.bob.wait_for("alice", "Private conversation with")
        ask_in_the_stock_plugin(made.bob, "Which city?", "Paris")
        made.alice.wait_for("bob", "words: Which city?")
        answer(made.alice, "Paris")
        made.alice.wait_for("bob", "You have answered rightly.")
        made.alice.wait_for_badge("Unverified")  # it was not she who asked
        only_otr(made)


def who_is_verified_in_pidgin_is_verified_in_finch():
    with scene("pair-trust") as (made, stack):
        finch = made.open_finch(stack)
        finch.open_conversation()
        made.alice.open_menu("Not private")
        made.alice.click_entry(START)
        made.alice.open_menu("Unverified")
        made.alice.click_entry(COMPARE)
        made.alice.wait_for_dialog("OTR fingerprint")
        made.screen.focus_window(made.alice.process.pid, "OTR fingerprint")
        made.screen.press("Tab")
        made.screen.press("Return")
        finch.wait_for("This conversation is now private, and the contact is verified")
        made.alice.wait_for_badge("Private")


if __name__ == "__main__":
    tap.run({
        "a shared secret is mistaken, called off, and right":
            a_shared_secret_is_refused_mistaken_called_off_and_right,
        "a private conversation is refreshed and ended, and nothing leaves until that is seen":
            a_private_conversation_is_refreshed_and_ended_and_nothing_leaves_until_that_is_seen,
        "one who types after the service was killed needs nothing else":
            one_who_types_after_the_service_was_killed_needs_nothing_else,
        "by policy, always waits, and never goes in the clear and into the log":
            by_policy_always_waits_and_never_goes_in_the_clear_and_into_the_log,
        "what the stock plugin asks is answered in Pidgin":
            what_the_stock_plugin_asks_is_answered_in_pidgin,
        "who is verified in Pidgin is verified in Finch":
            who_is_verified_in_pidgin_is_verified_in_finch,
    }, watchdog=600)
