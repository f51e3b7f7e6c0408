#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice and Bob, each with Finch, a desktop and an otrd of their own, talk over
a real IRC server. What is judged is what they see, and what the server saw."""
import tap
from away import bring_service_back, take_service_away
from messenger import Client, options_of
from people import Pair, two_people


class FinchPair(Pair):
    def go_private(self):
        self.alice.type("/otr start")
        for person in (self.alice, self.bob):
            person.wait_for("This conversation is now private")

    def say(self, speaker, text, heard=None):
        listener = self.bob if speaker is self.alice else self.alice
        speaker.type(text)
        listener.wait_for("%s: %s" % (speaker.name, heard or text))


def logged(desktop):
    return b"".join(content for path, content in desktop.files().items()
                    if "logs" in path.parts)


def only_otr(pair):
    clear = [text for text in pair.said() if not text.startswith("?OTR")]
    assert not clear, clear


def texts_arrive_as_typed(pair):
    pair.say(pair.alice, "the plan is ready")
    pair.say(pair.bob, "is 1 < 2 & <b>bold</b> as typed?")
    pair.say(pair.alice, "häagen ✓ dazs")


def the_commands_of_irc_do_not_go_round_the_service(pair):
    pair.alice.type("/me waves")
    pair.bob.wait_for("alice waves")
    pair.alice.type("/msg bob by another way")
    pair.bob.wait_for("alice: by another way")


def a_question_verifies_the_contact(pair):
    pair.alice.type("/otr verify Which city? = Paris")
    pair.bob.wait_for("in the contact's words: Which city?")
    pair.bob.type("/otr answer Paris")
    pair.bob.wait_for("You have answered rightly")
    pair.alice.wait_for("the contact is verified")
    pair.alice.wait_for_no_more("Waiting for the contact")  # or it takes what is typed
    pair.alice.type("/otr status")
    pair.alice.wait_for("Status: private, verified")


def a_shared_secret_verifies_whoever_answers(pair):
    pair.alice.type("/otr verify the old mill")
    pair.bob.wait_for("alice wants to verify you", 2)
    pair.bob.type("/otr answer the old mill")
    pair.bob.wait_for("Verification succeeded: it is your contact.")
    pair.bob.wait_for("This conversation is now private, and the contact is verified")
    for person in (pair.alice, pair.bob):
        assert "Could not cancel" not in person.words(), person.words()


def they_talk_and_verify_privately_and_the_server_sees_only_otr():
    with two_people(FinchPair, "private") as pair:
        pair.go_private()
        texts_arrive_as_typed(pair)
        the_commands_of_irc_do_not_go_round_the_service(pair)
        a_question_verifies_the_contact(pair)
        a_shared_secret_verifies_whoever_answers(pair)
        only_otr(pair)
        # No log of what was private, though libpurple is set to log all.
        for desktop in pair.desktops:
            assert b"the plan is" not in logged(desktop)


def key_of(desktop, name, **options):
    """The fingerprint of the key; with `replace` a new one."""
    client = Client(desktop)
    path = client.open_account("prpl-irc", name + "@127.0.0.1")
    if options:
        client.account(path, "GenerateKey", "(a{sv})", options_of(options))
    fingerprint = client.account_property(path, "Fingerprint")
    client.close()
    return " ".join(fingerprint[i:i + 8] for i in range(0, 40, 8))


def a_changed_key_is_shown_with_what_was_known(pair, old):
    new = key_of(pair.desktops[1], "bob", replace=True)
    pair.alice.wait_for("The private conversation is finished")
    pair.alice.type("/otr start")
    pair.alice.bring_to_front("OTR: the key has changed")
    pair.alice.wait_for("Nothing is sent until you have decided.")
    pair.alice.press("Enter")  # Later
    pair.alice.wait_for_no_more("OTR: the key has changed")
    pair.alice.wait_for("THE KEY OF bob HAS CHANGED. Somebody else may be answering. The new "
                        "fingerprint is " + new)
    pair.alice.wait_for("Nothing is sent until you verify it")
    pair.alice.wait_for("Known until now: %s (verified by a question in finch on 2" % old)
    return new


def a_rejected_key_is_called_so(pair, old, new):
    pair.alice.type("/otr accept")
    pair.alice.wait_for("This conversation is now private, but the contact is NOT VERIFIED")
    pair.alice.type("/otr trust reject")
    pair.alice.wait_for("The private conversation is finished")
    pair.bob.type("/otr start")
    pair.alice.wait_for("bob ANSWERS WITH A KEY THAT YOU HAVE REJECTED, %s. No private "
                        "conversation is held with it" % new)
    pair.alice.wait_for("Your verdict: %s (REJECTED by hand in finch on 2" % new)
    pair.alice.wait_for("Known until now: %s (verified by a question" % old)


def a_contact_with_another_key_is_shown_with_the_one_known_before():
    with two_people(FinchPair, "changed") as pair:
        pair.go_private()
        a_question_verifies_the_contact(pair)
        old = key_of(pair.desktops[1], "bob")
        new = a_changed_key_is_shown_with_what_was_known(pair, old)
        a_rejected_key_is_called_so(pair, old, new)
        only_otr(pair)


def without_the_service_nothing_is_sent_and_later_it_goes_on():
    with two_people(FinchPair, "away") as pair:
        pair.go_private()
        take_service_away(pair.desktops[0])
        pair.alice.type("never in the clear")
        pair.alice.wait_for("NOT SENT: \"never in the clear\"")
        assert not any("never in" in text for text in pair.said())
        pair.alice.type("/otr status")
        pair.alice.wait_for("Clients of the contact: 0")
        bring_service_back(pair.desktops[0])
        pair.alice.type("/otr start")
        pair.alice.wait_for("This conversation is now private", 2)
        pair.alice.type("here we are again")
        pair.bob.wait_for("here we are again")  # perhaps as one that was sent again
        only_otr(pair)


tap.run({
    "they talk and verify privately and the server sees only OTR":
        they_talk_and_verify_privately_and_the_server_sees_only_otr,
    "a contact with another key is shown with the one known before":
        a_contact_with_another_key_is_shown_with_the_one_known_before,
    "without the service nothing is sent and later it goes on":
        without_the_service_nothing_is_sent_and_later_it_goes_on,
}, watchdog=600)
