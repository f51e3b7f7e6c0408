#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""otrd over the bus with ends that are not otrd: a bare libotr program (v3 and
v2) and potr, an implementation that is not libotr (v2)."""
import peer
import talk
import tap
from desktop import Desktop

SECRET, QUESTION = "käse", "Was liegt auf dem Brot?"
# A peer may break a failed verification off rather than say that it failed.
NOT_VERIFIED = {"failed", "aborted"}


def join(desktop, start_peer, version, **options):
    ours = talk.open_messenger(desktop)
    theirs = start_peer("carol", versions=version, **options)
    return ours, theirs, talk.join(ours, theirs)


def hold_conversation(start_peer, version, we_start, **options):
    with Desktop() as desktop:
        ours, theirs, network = join(desktop, start_peer, version, **options)
        talk.go_private(network, ours if we_start else theirs)
        assert ours.get("OtrVersion") == theirs.state()["version"] == version
        assert "".join(ours.get("SessionId")).upper() in (
            theirs.state()["session"], theirs.state()["session"][8:] + theirs.state()["session"][:8])
        talk.converse(network)
        assert not theirs.warnings(), theirs.warnings()


def verify_each_other(start_peer, version):
    with Desktop() as desktop:
        ours, theirs, network = join(desktop, start_peer, version)
        talk.go_private(network, ours)
        assert NOT_VERIFIED.issuperset(talk.verify(network, ours, SECRET, "wurst", QUESTION))
        assert NOT_VERIFIED.issuperset(talk.verify(network, theirs, SECRET, "wurst", QUESTION))
        assert ours.get("Trust") == "unverified"
        assert talk.verify(network, theirs, SECRET, SECRET, QUESTION) == ("verified", "verified")
        assert ours.get("Trust") == "unverified"
        assert talk.verify(network, ours, SECRET, SECRET, QUESTION) == ("verified", "verified")
        assert ours.get("Trust") == "verified"
        talk.converse(network, talk.TEXTS[:2])


def each_may_end(start_peer, version):
    with Desktop() as desktop:
        ours, theirs, network = join(desktop, start_peer, version)
        talk.go_private(network, ours)
        talk.say_goodbye(network, theirs)
        assert ours.get("Blocked") == "finished"
        talk.go_private(network, ours)
        talk.say_goodbye(network, ours)


def both_start_at_once(start_peer, version):
    with Desktop() as desktop:
        ours, theirs, network = join(desktop, start_peer, version)
        talk.start(ours)
        talk.start(theirs)
        held = ["held %d" % number for number in range(5)]
        assert [ours.send(text) for text in held] == ["held"] * len(held)
        network.carry_until(
            lambda: talk.state_of(ours) == talk.state_of(theirs) == "private"
            and len(theirs.texts()) >= len(held), "private, with all that was held")
        assert theirs.texts() == held, theirs.texts()
        talk.converse(network, talk.TEXTS[:2])


def a_plain_text_with_the_offer_starts(version):
    with Desktop() as desktop:
        ours, theirs, network = join(desktop, peer.start_libotr, version, policy="wsstart")
        assert ours.send("hello, whoever you are") == "plaintext"
        network.carry_until(lambda: talk.state_of(ours) == talk.state_of(theirs) == "private",
                            "private")
        assert theirs.texts(private=False) == ["hello, whoever you are"], theirs.events
        talk.converse(network, talk.TEXTS[:2])


PEERS = {"libotr, v3": (peer.start_libotr, 3), "libotr, v2": (peer.start_libotr, 2),
         "potr, v2": (peer.start_potr, 2)}
tests = {}
for name, (function, version) in PEERS.items():
    tests.update({
        "%s: a conversation that we start" % name:
            lambda f=function, v=version: hold_conversation(f, v, True),
        "%s: a conversation that the peer starts" % name:
            lambda f=function, v=version: hold_conversation(f, v, False),
        "%s: a conversation over short lines" % name:
            lambda f=function, v=version: hold_conversation(f, v, True, frag=300),
        "%s: right and wrong verification, asked by each" % name:
            lambda f=function, v=version: verify_each_other(f, v),
        "%s: both start at once, and what is held arrives once, in order" % name:
            lambda f=function, v=version: both_start_at_once(f, v),
        "%s: each ends" % name: lambda f=function, v=version: each_may_end(f, v),
    })
for version in (3, 2):
    tests["libotr, v%d: our offer is taken up" % version] = (
        lambda v=version: a_plain_text_with_the_offer_starts(v))
tap.run(tests, watchdog=280)
