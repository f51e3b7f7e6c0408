#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice has verified Bob, and then another key answers in his name."""
import contextlib

import irc
import tap
import xmpp
from correspondent import Correspondent, make_key
from desktop import Desktop
from finch import Finch
from messenger import Client
from test_pidgin import START, only_otr, scene

VERIFIED = "A" * 40  # the key that Bob had when Alice verified him
DIALOG = "OTR: the key has changed"
ACCEPT = 0  # row of the badge's menu


def set_trust(desktop, account, contact, trust):
    """By fingerprint; what is so then."""
    client = Client(desktop)
    path = client.open_account(*account)
    for fingerprint, word in trust.items():
        client.account(path, "SetTrust", "(sssa{sv})", contact, fingerprint, word, {})
    records = {record["fingerprint"]: record["trust"]
               for record in client.fingerprints(path, contact=contact)}
    client.close()
    return records


def pidgin_stops_and_asks_and_goes_on_when_the_key_is_accepted():
    with scene("changed-key-pidgin") as (made, _stack):
        set_trust(made.desktop, ("xmpp", xmpp.address("alice")), xmpp.address("bob"),
                  {VERIFIED: "verified"})
        made.alice.open_menu("Not private")
        made.alice.click_entry(START)
        made.alice.wait_for("bob", "HAS CHANGED")
        made.alice.wait_for_dialog(DIALOG)
        made.alice.wait_for_badge("Key changed")
        made.screen.photograph_as("changed-key-dialog")
        made.bob.wait_for("alice", "Private conversation with")
        made.alice.say("bob", "not to a stranger")
        made.alice.wait_for("bob", "NOT SENT")
        made.alice.answer_by_enter(DIALOG)  # Later, by default
        made.alice.wait_for_no_dialog(DIALOG)
        made.alice.wait_for_badge("Key changed")
        made.alice.open_menu("Key changed")
        made.screen.photograph_as("changed-key-menu")
        made.alice.click_entry(ACCEPT)
        made.alice.wait_for_badge("Unverified")
        made.alice.say("bob", "to whom I have accepted")
        made.bob.wait_for("alice", "to whom I have accepted")
        assert not any("stranger" in text for text in made.bob.texts("alice"))
        only_otr(made)


class Finches:
    """Alice's Finch, and a Bob who can change his key."""

    ALICE = ("irc", "alice@127.0.0.1")

    def __init__(self, stack, title, n_keys):
        self.desktops = [stack.enter_context(Desktop()) for _ in range(1 + n_keys)]
        server = irc.Server(self.desktops[0].folder)
        stack.callback(server.close)
        self.bob = Correspondent(server, "bob", "alice")
        stack.callback(self.bob.close)
        self.keys = [make_key(desktop, self.bob.account) for desktop in self.desktops[1:]]
        self.bob.use(self.desktops[1])
        self.alice = Finch(self.desktops[0], "alice", "bob", server.port)
        stack.callback(self.alice.close)
        stack.callback(lambda: self.alice.keep_screen(title))
        self.alice.meanwhile = self.bob.serve

    def trust(self, trust=()):
        return set_trust(self.desktops[0], self.ALICE, "bob", dict(trust))

    def warn_of_first_key(self):
        self.trust({VERIFIED: "verified"})
        self.alice.wait_for_buddy()
        self.alice.open_conversation()
        self.alice.type("/otr start")
        self.alice.wait_for("HAS CHANGED")


def what_is_rejected_in_the_dialog_is_the_new_key():
    with contextlib.ExitStack() as stack:
        made = Finches(stack, "changed-key-rejected", 1)
        made.warn_of_first_key()
        made.alice.bring_to_front(DIALOG)
        made.alice.wait_for("AAAAAAAA AAAAAAAA AAAAAAAA AAAAAAAA AAAAAAAA (verified by hand")
        made.alice.wait_for("Nothing is sent until you have decided.")
        made.alice.keep_screen("changed-key-dialog")
        for _ in range(3):  # from Later over Compare and Accept to Reject
            made.alice.press("Tab")
        made.alice.press("Enter")
        made.alice.wait_for("is rejected: nothing goes to it")
        assert made.trust() == {VERIFIED: "verified", made.keys[0]: "rejected"}, made.trust()


def what_is_rejected_by_a_command_is_the_key_that_was_warned_of():
    with contextlib.ExitStack() as stack:
        made = Finches(stack, "changed-key-command", 2)
        made.trust({made.keys[1]: "unverified"})
        made.warn_of_first_key()
        made.bob.use(made.desktops[2])
        made.bob.start()
        made.alice.wait_for_no_more(DIALOG)
        made.alice.type("/otr trust reject")
        made.alice.wait_for("is rejected: nothing goes to it")
        assert made.trust() == {VERIFIED: "verified", made.keys[0]: "rejected",
                                made.keys[1]: "unverified"}, made.trust()


if __name__ == "__main__":
    tap.run({
        "Pidgin stops and asks and goes on when the key is accepted":
            pidgin_stops_and_asks_and_goes_on_when_the_key_is_accepted,
        "what is rejected in the dialog is the new key":
            what_is_rejected_in_the_dialog_is_the_new_key,
        "what is rejected by a command is the key that was warned of":
            what_is_rejected_by_a_command_is_the_key_that_was_warned_of,
    })
