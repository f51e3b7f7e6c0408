#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two messengers talk through one otrd, as two programs of one person's would."""
import talk
import tap
from desktop import Desktop
from messenger import Client, ContractError
from talk import ALICE, BOB

SECRET, QUESTION = "the red bicycle", "What did you sell me?"


def open_both(desktop):
    left = talk.open_messenger(desktop, "left", ALICE, BOB)
    right = talk.open_messenger(desktop, "right", BOB, ALICE)
    return left, right, talk.join(left, right)


def two_messengers_hold_a_private_conversation():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        assert left.get("State") == "plaintext" and left.get("Trust") == "none"
        talk.go_private(network, left)
        assert left.get("OtrVersion") == right.get("OtrVersion") == 3
        assert left.get("SessionId") == right.get("SessionId")[::-1]
        assert left.get("Trust") == right.get("Trust") == "unverified"
        talk.converse(network)
        talk.say_goodbye(network, left)
        assert left.get("OtrVersion") == 0 and left.get("Fingerprint") == ""


def either_side_may_start_and_end():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, right)
        talk.converse(network, talk.TEXTS[:2])
        talk.say_goodbye(network, right)
        assert left.get("Blocked") == "finished"
        talk.go_private(network, left)
        talk.converse(network, talk.TEXTS[:2])


def both_starting_at_once_become_private():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        left.start()
        right.start()
        network.carry_until(
            lambda: left.get("State") == right.get("State") == "private", "private")
        talk.converse(network, talk.TEXTS[:2])


def a_right_answer_verifies_the_asked():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, left)
        assert talk.verify(network, left, SECRET, SECRET, QUESTION) == ("verified", "verified")
        assert left.get("Trust") == "verified"
        assert right.get("Trust") == "unverified", "who answers has not verified the asker"
        record, = left.fingerprints(left.get("Account"), contact=BOB)
        assert record["trust"] == "verified" and record["method"] == "question", record
        assert record["fingerprint"] == left.get("Fingerprint") and record["in-use"], record


def a_wrong_answer_takes_no_trust_away():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, left)
        assert talk.verify(network, left, SECRET, "blue", QUESTION) == ("failed", "failed")
        assert left.get("Trust") == right.get("Trust") == "unverified"
        assert talk.verify(network, left, SECRET, SECRET) == ("verified", "verified")
        assert talk.verify(network, left, SECRET, "blue") == ("failed", "failed")
        assert left.get("Trust") == "verified"


def another_messenger_finds_the_same_key_and_trust():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, left)
        talk.verify(network, left, SECRET, SECRET)
        other = Client(desktop, "another")
        path = other.open_account("prpl-jabber", ALICE + "/Home")
        assert path == left.get("Account")
        assert other.account_property(path, "Fingerprint") == talk.own_fingerprint(left)
        record, = other.fingerprints(path)
        assert (record["contact"], record["trust"]) == (BOB, "verified"), record


def key_and_trust_outlive_the_service():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, left)
        talk.verify(network, left, SECRET, SECRET)
        own, theirs = talk.own_fingerprint(left), left.get("Fingerprint")
        for end in network.ends:
            end.close()
        desktop.stop_service()
        again = Client(desktop, "left")
        path = again.open_account("xmpp", ALICE)
        again.manager("Unlock", timeout=110)
        assert again.account_property(path, "Fingerprint") == own
        record, = again.fingerprints(path)
        assert (record["fingerprint"], record["trust"]) == (theirs, "verified"), record


def a_private_session_is_finished_after_a_restart():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        talk.go_private(network, left)
        left.close()
        desktop.stop_service(how=9)
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        left.manager("Unlock", timeout=110)
        try:
            verdict = left.send("is anybody there?")
        except ContractError as error:
            assert error.name in ("Finished", "Locked"), error
        else:
            assert verdict == "held", verdict
        assert not any("is anybody" in line for line in left.take_transmissions())


def typed_before_the_key_exists_goes_out_private():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        left.start()
        assert left.send("the first", id=1) == "held"
        assert left.send("the second", id=2) == "held"
        network.carry_until(lambda: len(right.texts()) == 2, "the held texts")
        assert right.texts() == ["the first", "the second"]
        assert not any("the first" in line or "the second" in line for line in network.seen)


tap.run({
    "two messengers hold a private conversation": two_messengers_hold_a_private_conversation,
    "either side may start and end": either_side_may_start_and_end,
    "both starting at once become private": both_starting_at_once_become_private,
    "a right answer verifies the asked": a_right_answer_verifies_the_asked,
    "a wrong answer takes no trust away": a_wrong_answer_takes_no_trust_away,
    "another messenger finds the same key and trust":
        another_messenger_finds_the_same_key_and_trust,
    "key and trust outlive the service": key_and_trust_outlive_the_service,
    "a private session is finished after a restart":
        a_private_session_is_finished_after_a_restart,
    "what is typed before the key exists goes out private":
        typed_before_the_key_exists_goes_out_private,
}, watchdog=280)
