#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every way that a verification can go with programs that are not otrd: bare
libotr in v3 and v2, and potr. The contact was verified by hand before: no
failure takes that away, and the next verification works."""
import peer
import talk
import tap
from desktop import Desktop
from messenger import ContractError

SECRET, WRONG, QUESTION = "Käse – 語 🙂", "Wurst", "Was liegt auf dem Brot?"
# A program may break a failed verification off rather than say that it failed.
NOT_VERIFIED = {"failed", "aborted"}


class Case:
    """One conversation, private, with a contact that was verified by hand."""

    def __init__(self, desktop, start_peer, version):
        self.ours = talk.open_messenger(desktop)
        self.theirs = start_peer("carol", versions=version)
        self.network = talk.join(self.ours, self.theirs)
        talk.go_private(self.network, self.ours)
        assert self.ours.get("OtrVersion") == version
        self.account = self.ours.get("Account")
        self.key = self.ours.get("Fingerprint")
        self.ours.account(self.account, "SetTrust", "(sssa{sv})", talk.BOB, self.key, "verified",
                          {})
        assert self.ours.get("Trust") == "verified"

    def record(self):
        record, = self.ours.fingerprints(self.account, fingerprint=self.key)
        return record

    def asked_by_us(self, question=None):
        talk.ask(self.ours, SECRET, question)
        self.network.carry_until(lambda: talk.was_asked(self.theirs), "asked")
        under_way = self.ours.verification()
        assert (under_way["role"], under_way["percent"]) == ("asking", 0), under_way
        assert "result" not in under_way, under_way

    def asked_by_them(self, question=None, secret=SECRET):
        talk.ask(self.theirs, secret, question)
        self.network.carry_until(lambda: self.ours.get("Verification") == "asked", "asked")
        under_way = self.ours.verification()
        assert (under_way["role"], under_way["percent"]) == ("answering", 25), under_way
        shown = under_way.get("question")
        assert shown == question or (question.startswith(shown) and 500 < len(shown) <= 512), shown
        assert "result" not in under_way, under_way

    def settle(self):
        self.network.carry_until(lambda: self.ours.get("Verification") == "idle", "idle")
        self.network.carry_all()

    def our_result(self):
        result, = self.ours.results()
        return result

    def proves_contact(self):
        """By the event and by who asks later, which must agree."""
        event, = self.ours.events_named("verification-finished")
        shown = self.ours.verification()
        assert (shown["result"], shown["proves-contact"]) == (
            event["result"], event["proves-contact"]), (shown, event)
        return event["proves-contact"]

    def mismatch(self):
        """What a program makes of secrets that differ: potr breaks it off."""
        return "aborted" if self.theirs.ready["library"] == "potr" else "failed"


def right_asked_by_us(case):
    case.asked_by_us()
    talk.answer(case.theirs, SECRET)
    case.settle()
    assert (case.our_result(), case.record()["method"]) == ("verified", "smp"), case.record()
    assert case.proves_contact()
    assert [e["percent"] for e in case.ours.events_named("verification-progress")] == [60]


def right_asked_by_us_with_a_question(case):
    case.asked_by_us(QUESTION)
    assert talk.was_asked(case.theirs) == [QUESTION]
    talk.answer(case.theirs, SECRET)
    case.settle()
    assert (case.our_result(), case.record()["method"]) == ("verified", "question")


def right_as_it_sounds(case):
    """Only because the user asked for it, on either side."""
    case.ours.verify(" Cafe\u0301\n", normalise=True)
    case.network.carry_until(lambda: talk.was_asked(case.theirs), "asked")
    talk.answer(case.theirs, "Caf\u00e9")
    case.settle()
    case.asked_by_them()
    case.ours.answer(SECRET + "  ", normalise=True)
    case.settle()
    assert case.ours.results() == ["verified", "verified"], case.ours.results()


def right_asked_by_them(case):
    case.asked_by_them()
    talk.answer(case.ours, SECRET)
    case.settle()
    assert (case.our_result(), case.record()["method"]) == ("verified", "smp")
    assert case.proves_contact()


def right_but_it_was_their_question(case):
    """It proves us to them, not them to us."""
    case.asked_by_them(QUESTION)
    talk.answer(case.ours, SECRET)
    case.settle()
    assert (case.our_result(), case.record()["method"]) == ("verified", "manual")
    assert not case.proves_contact()


def wrong_asked_by_us(case):
    case.asked_by_us()
    talk.answer(case.theirs, WRONG)
    case.settle()
    assert case.our_result() in NOT_VERIFIED


def wrong_asked_by_them(case):
    case.asked_by_them(QUESTION)
    talk.answer(case.ours, WRONG)
    case.settle()
    assert case.our_result() in NOT_VERIFIED


def aborted_by_us_who_ask(case):
    case.asked_by_us()
    case.ours.abort_verification()
    case.settle()
    assert case.our_result() == "aborted" and talk.outcomes(case.theirs) == ["aborted"]


def aborted_by_us_who_are_asked(case):
    case.asked_by_them()
    case.ours.abort_verification()
    case.settle()
    assert case.our_result() == "aborted" and talk.outcomes(case.theirs) == ["aborted"]


def aborted_by_them_who_ask(case):
    case.asked_by_them()
    case.theirs.run("smp-abort")
    case.settle()
    assert case.our_result() == "aborted"


def aborted_by_them_who_are_asked(case):
    case.asked_by_us()
    case.theirs.run("smp-abort")
    case.settle()
    assert case.our_result() == "aborted"


def empty_given_by_them(case):
    case.asked_by_us(QUESTION)
    talk.answer(case.theirs, "")
    case.settle()
    assert case.our_result() == case.mismatch() and not case.proves_contact()


def very_long_given_by_them(case):
    case.asked_by_us()
    talk.answer(case.theirs, "x" * 65536)
    case.settle()
    assert case.our_result() == case.mismatch() and not case.proves_contact()


def very_long_where_they_ask(case):
    case.asked_by_them(secret="x" * 65536)
    talk.answer(case.ours, SECRET)
    case.settle()
    assert case.our_result() in NOT_VERIFIED and not case.proves_contact()


def asked_with_a_very_long_question(case):
    case.asked_by_them("?" * 60000)
    asked, = talk.was_asked(case.ours)
    assert 500 < len(asked) <= 512 and set(asked) == {"?"}, len(asked)
    talk.answer(case.ours, SECRET)
    case.settle()
    assert (case.our_result(), case.record()["method"]) == ("verified", "manual")
    assert not case.proves_contact()


def cheated_by_them(case):
    case.asked_by_us()
    case.theirs.run("smp-cheat", secret=SECRET)
    case.settle()
    assert case.our_result() == "cheated" and not case.proves_contact()
    assert case.our_result() == "cheated"


def answered_unasked_by_them(case):
    """One abort goes out, and nothing comes of it."""
    case.theirs.run("smp-stray")
    line, = case.theirs.take_transmissions()
    case.ours.receive(line)
    answer, = case.ours.take_transmissions()
    case.theirs.receive(answer)
    assert not case.theirs.take_transmissions() and talk.outcomes(case.theirs) == ["aborted"]
    assert not case.ours.results() and case.ours.verification() == {}, case.ours.events
    assert case.ours.get("Verification") == "idle"


def begun_by_both_at_once(case):
    talk.ask(case.ours, SECRET)
    talk.ask(case.theirs, SECRET)
    case.settle()
    assert case.our_result() == "aborted"


def begun_by_both_at_once_with_questions(case):
    talk.ask(case.ours, SECRET, QUESTION)
    talk.ask(case.theirs, WRONG, "Und dazu?")
    case.settle()
    assert case.our_result() == "aborted" and not case.proves_contact()


def refreshed_in_the_middle(case):
    case.asked_by_us()
    before = case.ours.get("SessionId")
    talk.start(case.theirs)
    case.network.carry_until(lambda: case.ours.get("SessionId") != before, "refreshed")
    case.settle()
    assert case.our_result() == "aborted"


def ended_by_us_in_the_middle(case):
    case.asked_by_them()
    case.ours.end()
    case.settle()
    assert case.our_result() == "aborted"
    refused("NoVerification", case.ours.answer, SECRET)


def ended_by_them_in_the_middle(case):
    case.asked_by_us()
    talk.finish(case.theirs)
    case.settle()
    assert case.our_result() == "aborted"


def answered_unasked(case):
    refused("NoVerification", case.ours.answer, SECRET)
    refused("NoVerification", case.ours.abort_verification)
    assert not case.ours.take_transmissions()


def empty_or_too_long(case):
    refused("InvalidArgument", case.ours.verify, "")
    refused("LimitExceeded", case.ours.verify, "x" * 4097)
    refused("LimitExceeded", case.ours.verify, "x" * 65536)
    refused("LimitExceeded", case.ours.verify, SECRET, "?" * 4097)
    assert not case.ours.take_transmissions()


def as_long_as_may_be(case):
    talk.ask(case.ours, "x" * 4096, "?" * 4096)
    case.network.carry_until(lambda: talk.was_asked(case.theirs), "asked")
    assert talk.was_asked(case.theirs) == ["?" * 4096]
    talk.answer(case.theirs, "x" * 4096)
    case.settle()
    assert case.our_result() == "verified"


def refused(name, function, *arguments):
    try:
        function(*arguments)
    except ContractError as error:
        assert error.name == name, error.name
    else:
        raise AssertionError("taken, where %s was expected" % name)


def next_one_works(case):
    """Of a new conversation if this one has ended."""
    if talk.state_of(case.ours) != "private" or talk.state_of(case.theirs) != "private":
        talk.go_private(case.network, case.ours)
    results = talk.verify(case.network, case.ours, SECRET, SECRET, QUESTION)
    assert results == ("verified", "verified"), results


def go(outcome, start_peer, version):
    with Desktop() as desktop:
        case = Case(desktop, start_peer, version)
        outcome(case)
        record = case.record()
        assert record["trust"] == "verified", record
        if "verified" not in case.ours.results():
            assert record["method"] == "manual", record
        next_one_works(case)


OUTCOMES = (
    right_asked_by_us, right_asked_by_us_with_a_question, right_as_it_sounds, right_asked_by_them,
    right_but_it_was_their_question, wrong_asked_by_us, wrong_asked_by_them,
    aborted_by_us_who_ask, aborted_by_us_who_are_asked, aborted_by_them_who_ask,
    aborted_by_them_who_are_asked, empty_given_by_them, very_long_given_by_them,
    very_long_where_they_ask, asked_with_a_very_long_question, cheated_by_them,
    answered_unasked_by_them, begun_by_both_at_once, begun_by_both_at_once_with_questions,
    refreshed_in_the_middle, ended_by_us_in_the_middle, ended_by_them_in_the_middle,
    answered_unasked, empty_or_too_long, as_long_as_may_be)
PEERS = {"libotr, v3": (peer.start_libotr, 3), "libotr, v2": (peer.start_libotr, 2),
         "potr, v2": (peer.start_potr, 2)}
tap.run({"%s: %s" % (name, outcome.__name__.replace("_", " ")):
         lambda o=outcome, p=with_peer: go(o, *p)
         for name, with_peer in PEERS.items() for outcome in OUTCOMES}, watchdog=280)
