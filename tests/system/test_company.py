#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The contact's other programs: a client on bare libotr, or on potr, logged in beside one of otrd's
on the same account; potr alone, over crossing starts and restarts."""
import signal

import peer
import talk
import tap
from children import end
from desktop import Desktop
from imported import import_keys
from talk import ALICE, BOB

WORDS = "for you alone"
EXPECTED = ["%s %d" % (WORDS, number) for number in range(50)]


class Both:
    """Two programs of the contact's: the network hands each line to both."""

    def __init__(self, *programs):
        self.programs = programs

    def receive(self, line):
        for program in self.programs:
            program.receive(line)

    def take_transmissions(self):
        return [line for program in self.programs for line in program.take_transmissions()]


def count_of(theirs, text):
    return sum(read == text for program in theirs.programs for read in program.texts())


def two_programs_on_one_account(start_peer, key, versions):
    """The otrd one has carol's key; the other the same or one of its own, verified both."""
    with Desktop() as desktop:
        ours = talk.open_messenger(desktop, "ours", ALICE, BOB)
        beside = talk.open_messenger(desktop, "beside", BOB, ALICE)
        import_keys(ours, desktop.folder, {BOB: "carol"})
        bare = start_peer(key, versions=versions)
        account = ours.get("Account")
        for program in (beside, bare):
            ours.account(account, "SetTrust", "(sssa{sv})", BOB, talk.own_fingerprint(program),
                         "verified", {})
        theirs = Both(beside, bare)
        network = talk.join(ours, theirs)
        ours.start()
        network.carry_until(lambda: "private" == ours.get("State") == talk.state_of(beside)
                            == talk.state_of(bare), "private with both")
        instances = {tag: details for tag, details in ours.get("Instances")
                     if details["state"] == "private"}
        assert len(instances) == 2, instances
        assert {details["trust"] for details in instances.values()} == {"verified"}, instances
        assert not ours.events_named("fingerprint-changed"), ours.events
        for number, tag in enumerate(instances):
            select(ours, tag)
            assert ours.send("%s %d" % (WORDS, number), "verified") == "private"
            network.carry_all()
            assert count_of(theirs, "%s %d" % (WORDS, number)) == 1
        assert [len(program.texts()) for program in theirs.programs] == [1, 1]
        beside.send("from the one", "private")
        bare.run("send", text="from the other")
        network.carry_all()
        assert sorted(ours.texts()) == ["from the one", "from the other"], ours.read
        ours.end()
        network.carry_all()
        assert talk.state_of(beside) == talk.state_of(bare) == "finished"
        assert not any(WORDS in line for line in network.seen)


def select(messenger, tag):
    messenger._session("SelectInstance", "(ua{sv})", tag, {})


def an_older_program_beside_does_not_talk_it_down():
    """Once the contact was seen with version 3 there is no version 2, whoever asks for it."""
    with Desktop() as desktop:
        ours = talk.open_messenger(desktop, "ours", ALICE, BOB)
        beside = talk.open_messenger(desktop, "beside", BOB, ALICE)
        import_keys(ours, desktop.folder, {BOB: "carol"})
        old = peer.start_potr("carol")
        theirs = Both(beside, old)
        network = talk.join(ours, theirs)
        beside.receive("?OTRv3?")
        network.carry_until(lambda: ours.get("State") == "private", "private")
        assert ours.get("OtrVersion") == 3
        old.run("start")
        network.carry_all()
        assert ours.get("State") == "private" and ours.get("OtrVersion") == 3
        for number in range(3):
            assert ours.send("%s %d" % (WORDS, number)) == "private"
            network.carry_all()
        assert beside.texts() == EXPECTED[:3] and old.texts() == [], (beside.read, old.events)
        assert not any(WORDS in line for line in network.seen)


def fifty_texts_with_crossing_starts(frag):
    with Desktop() as desktop:
        ours = talk.open_messenger(desktop, **({"max_message_size": frag} if frag else {}))
        theirs = peer.start_potr("carol", frag=frag)
        network = talk.join(ours, theirs)
        network.LIMIT = 5000
        ours.start()
        theirs.run("start")
        assert {ours.send(text, id=n + 1) for n, text in enumerate(EXPECTED)} == {"held"}
        network.carry_until(lambda: len(theirs.texts()) >= 50, "all texts")
        network.carry_all()
        assert theirs.texts() == EXPECTED, theirs.texts()
        assert not any(WORDS in line for line in network.seen)
        assert not frag or max(map(len, network.seen)) <= frag


def a_restart_of_potr_loses_nothing_of_ours():
    with Desktop() as desktop:
        ours, old = talk.open_messenger(desktop), peer.start_potr("carol")
        network = talk.join(ours, old)
        talk.go_private(network, ours)
        talk.converse(network, talk.TEXTS[:2])
        for number in range(5):
            assert ours.send(EXPECTED[number], "private", id=number + 1) == "private"
        ours.take_transmissions()
        end(old.process)
        new = peer.start_potr("carol")
        network.ends = (ours, new)
        new.run("start")
        network.carry_until(lambda: len(new.texts()) >= 5, "the texts again")
        assert new.texts() == ["[resent] " + text for text in EXPECTED[:5]], new.texts()
        assert ours.events_named("resent"), ours.events
        assert not any(WORDS in line for line in network.seen)


def our_restart_is_told_to_who_speaks_to_potr(how):
    """potr cannot send again: that there was something is told, and they go on."""
    with Desktop() as desktop:
        ours, theirs = talk.open_messenger(desktop), peer.start_potr("carol", policy="errstart")
        network = talk.join(ours, theirs)
        talk.go_private(network, ours)
        talk.converse(network, talk.TEXTS[:2])
        desktop.stop_service(how=how)
        ours.close()
        theirs.run("send", text="into the dark")
        (lost,) = theirs.take_transmissions()
        again = talk.open_messenger(desktop)
        again.manager("Unlock", timeout=110)
        assert again.get("State") != "plaintext"
        verdict = again.receive(lost)
        assert verdict == "unreadable", verdict
        network.ends = (again, theirs)
        network.carry_until(lambda: again.get("State") == talk.state_of(theirs) == "private",
                            "private again")
        talk.converse(network, talk.TEXTS[:2])


tests = {
    "an older program beside does not talk it down":
        an_older_program_beside_does_not_talk_it_down,
    "a restart of potr loses nothing of ours": a_restart_of_potr_loses_nothing_of_ours,
    "our restart is told to who speaks to potr":
        lambda: our_restart_is_told_to_who_speaks_to_potr(signal.SIGKILL),
    "potr: fifty texts with crossing starts arrive": lambda: fifty_texts_with_crossing_starts(0),
    "potr: fifty texts with crossing starts arrive over 200-byte lines":
        lambda: fifty_texts_with_crossing_starts(200),
}
for words, key in {"the same key": "carol", "a verified key of its own": "dave"}.items():
    tests["bare libotr beside otrd on one account, with %s" % words] = (
        lambda k=key: two_programs_on_one_account(peer.start_libotr, k, 3))
tap.run(tests, watchdog=280)
