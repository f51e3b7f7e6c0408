#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What only a shared service can cure: two messengers of one account, contacts
that lose their session or come with another key, restarts in the middle."""
import peer
import talk
import tap
from children import end
from desktop import Desktop, wait_until
from messenger import ContractError
from relay import Relay


class Carbons:
    """Two messengers of one account: the network hands each line to both."""

    def __init__(self, first, second):
        self.both = (first, second)

    def receive(self, line):
        for messenger in self.both:
            messenger.receive(line)

    def take_transmissions(self):
        return [line for messenger in self.both for line in messenger.take_transmissions()]


def error_of(function):
    try:
        function()
    except ContractError as error:
        return error.name
    return None


def open_two(desktop):
    first, second = talk.open_messenger(desktop, "first"), talk.open_messenger(desktop, "second")
    theirs = peer.start_libotr("carol")
    return first, second, theirs, talk.join(Carbons(first, second), theirs)


def go_private(network, starter, theirs):
    starter.start()
    network.carry_until(lambda: starter.get("State") == theirs.state()["state"] == "private",
                        "private")


def both_read_each_line_and_the_contact_hears_of_no_error():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        go_private(network, first, theirs)
        for text in talk.TEXTS:
            theirs.run("send", text=text)
            network.carry_all()
        assert first.texts() == second.texts() == talk.TEXTS
        assert not theirs.warnings(), theirs.warnings()


def either_may_write_and_the_contact_reads_both():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        go_private(network, first, theirs)
        for n, messenger in enumerate((first, second, second, first)):
            assert messenger.send("number %d" % n, "private") == "private"
            network.carry_all()
        assert theirs.texts() == ["number %d" % n for n in range(4)]


def what_one_ends_does_not_slip_out_of_the_other():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        go_private(network, first, theirs)
        first.end()
        network.carry_all()
        assert error_of(lambda: second.send("still secret")) == "NotPrivate"
        assert second.send("in the open", clear=True) == "plaintext"
        assert not any("still secret" in line for line in network.seen)


def what_one_ends_stays_in_the_other_though_the_service_dies_between():
    with Desktop() as desktop:
        first, second = (Relay(desktop, talk.ALICE, talk.BOB, application=name)
                         for name in ("first", "second"))
        theirs = peer.start_libotr("carol")
        network = talk.join(Carbons(first, second), theirs)
        first.ask(start=True)
        network.carry_until(lambda: first.state["state"] == second.state["state"] == "private"
                            and theirs.state()["state"] == "private", "private")
        first.ask(end=True)
        desktop.stop_service(how=9)
        for number in range(2):
            second.ask(send="still secret", id=number + 1)
        assert [h["error"] for h in second.heard if "error" in h] == ["NotPrivate"] * 2
        second.ask(send="in the open", id=3, clear=True)
        second.ask(send="as well", id=4)
        assert [h["verdict"] for h in second.heard if "sent" in h] == ["plaintext"] * 2
        assert not any("still secret" in line for line in second.take_transmissions())


def verification_of_one_is_the_trust_of_both():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        go_private(network, first, theirs)
        second.verify("käse")
        network.carry_all()
        theirs.run("smp-answer", secret="käse")
        network.carry_until(lambda: second.get("Trust") == "verified", "the trust")
        assert first.get("Trust") == "verified"


TAG = "1f2e3d4c"


def open_one(desktop):
    ours, theirs = talk.open_messenger(desktop), peer.start_libotr("carol", instag=TAG)
    return ours, theirs, talk.join(ours, theirs)


def replace(network, old, key):
    """The contact's client starts anew, perhaps with another key."""
    end(old.process)
    new = peer.start_libotr(key, instag=TAG)
    network.ends = (network.ends[0], new)
    return new


def a_changed_key_of_a_verified_contact_stops():
    with Desktop() as desktop:
        ours, theirs, network = open_one(desktop)
        talk.go_private(network, ours)
        assert talk.verify(network, ours, "käse", "käse") == ("verified", "verified")
        old = ours.get("Fingerprint")
        talk.say_goodbye(network, theirs)
        theirs = replace(network, theirs, "dave")
        theirs.run("start")
        network.carry_until(lambda: theirs.state()["state"] == "private"
                            and ours.events_named("fingerprint-changed"), "the new key")
        told = ours.events_named("fingerprint-changed")[-1]
        assert told["fingerprint"] == theirs.ready["fingerprint"] and told["blocked"], told
        assert [record["fingerprint"] for record in told["old"]] == [old], told
        assert error_of(lambda: ours.send("for the old key only")) == "FingerprintChanged"
        ours.accept(told["fingerprint"])
        network.carry_all()
        assert ours.get("Trust") == "unverified"
        assert ours.send("for the new one", "private") == "private"
        network.carry_all()
        assert theirs.texts() == ["for the new one"], theirs.texts()


def each_hears_of_the_others_coming_and_going():
    with Desktop() as desktop:
        first = talk.open_messenger(desktop, "first")
        second = talk.open_messenger(desktop, "second")
        wait_until(lambda: first.rung, "the bell")
        first.collect()
        assert first.events == [
            ("messenger-attached", {"application": "second", "sandboxed": False})], first.events
        assert not second.rung and not second.opened["pending"]
        second.close()
        wait_until(lambda: first.rung, "the bell again")
        first.collect()
        assert first.events[1:] == [
            ("messenger-detached", {"application": "second", "sandboxed": False})], first.events


def a_contact_that_lost_its_session_reads_what_it_missed():
    with Desktop() as desktop:
        ours, theirs, network = open_one(desktop)
        talk.go_private(network, ours)
        talk.converse(network, talk.TEXTS[:1])
        assert ours.send("lost on the way", "private", id=7) == "private"
        ours.take_transmissions()
        theirs = replace(network, theirs, "carol")
        theirs.run("start")
        network.carry_until(lambda: theirs.texts(), "the text again")
        assert theirs.texts()[0].endswith("lost on the way"), theirs.texts()


def after_a_crash_the_conversation_goes_on_by_itself():
    with Desktop() as desktop:
        ours, theirs, network = open_one(desktop)
        talk.go_private(network, ours)
        desktop.stop_service(how=9)
        ours.close()
        ours = talk.open_messenger(desktop)
        network.ends = (ours, theirs)
        ours.manager("Unlock", timeout=110)
        network.carry_until(lambda: ours.get("State") == "private", "private again")
        theirs.run("send", text="are you back?")
        network.carry_all()
        assert ours.texts() == ["are you back?"], ours.read


tap.run({
    "both read each line, and the contact hears of no error":
        both_read_each_line_and_the_contact_hears_of_no_error,
    "either may write, and the contact reads both": either_may_write_and_the_contact_reads_both,
    "what one ends does not slip out of the other": what_one_ends_does_not_slip_out_of_the_other,
    "what one ends stays in the other, though the service dies between":
        what_one_ends_stays_in_the_other_though_the_service_dies_between,
    "the verification of one is the trust of both": verification_of_one_is_the_trust_of_both,
    "a changed key of a verified contact stops": a_changed_key_of_a_verified_contact_stops,
    "each hears of the other's coming and going": each_hears_of_the_others_coming_and_going,
    "a contact that lost its session reads what it missed":
        a_contact_that_lost_its_session_reads_what_it_missed,
    "after a crash the conversation goes on by itself":
        after_a_crash_the_conversation_goes_on_by_itself,
}, watchdog=280)
