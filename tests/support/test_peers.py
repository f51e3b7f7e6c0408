#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peers that otrd is tested against, tested against one another: a broken
peer is known as such."""
import children
import peer
import tap
from network import Network

QUESTION = "Where did we meet? (Gräfin Ünsal's café)"
SECRET = "käse"


def join(start_left, start_right, **options):
    left, right = start_left("carol", **options), start_right("dave", **options)
    return left, right, Network(left, right)


def end_both(network):
    for end in network.ends:
        assert not end.warnings(), end.warnings()
        children.end(end.process)


def go_private(network, starter, version):
    starter.run("start")
    network.carry_all()
    left, right = network.ends
    for end, other in ((left, right), (right, left)):
        state = end.state()
        assert state["state"] == "private" and state["version"] == version, state
        assert state["fingerprint"] == other.ready["fingerprint"], state
    assert left.state()["session"] == right.state()["session"]


def converse(network):
    for n, (speaker, listener) in enumerate((network.ends, network.ends[::-1]) * 3):
        text = "number %d: å → 語" % n
        speaker.run("send", text=text)
        network.carry_all()
        assert listener.texts()[-1] == text, listener.events
        assert not any(text in line for line in network.seen)


def verify(network, asker, answer, question):
    answerer = next(end for end in network.ends if end is not asker)
    asker.run("smp-start", secret=SECRET, **({"question": question} if question else {}))
    network.carry_all()
    assert answerer.events[-1].get("question") == question or question is None, answerer.events
    assert answerer.results()[-1] == "asked", answerer.events
    answerer.run("smp-answer", secret=answer)
    network.carry_all()
    return asker.results()[-1], answerer.results()[-1]


def say_goodbye(network, ender):
    other = next(end for end in network.ends if end is not ender)
    ender.run("end")
    network.carry_all()
    assert ender.state()["state"] == "plaintext", ender.events
    assert other.state()["state"] == "finished", other.events


def hold_conversation(start_left, start_right, version, starter, **options):
    left, right, network = join(start_left, start_right, versions=version, **options)
    go_private(network, network.ends[starter], version)
    converse(network)
    for asker in network.ends:
        assert verify(network, asker, SECRET, QUESTION) == ("verified", "verified")
        # potr breaks a verification off where libotr says that it failed.
        assert set(verify(network, asker, "wrong", None)) <= {"failed", "aborted"}
    say_goodbye(network, network.ends[1 - starter])
    end_both(network)


def a_peer_says_what_it_cannot_do():
    left, right, network = join(peer.start_libotr, peer.start_potr, versions=2)
    for end in network.ends:
        end.run("smp-answer", secret="x")
        end.run("dance")
        assert [e["what"] for e in end.warnings()] == ["nobody-asked", "no such operation"]
        children.end(end.process)


def a_damaged_line_is_told_of():
    left, right, network = join(peer.start_libotr, peer.start_libotr, versions=3)
    go_private(network, left, 3)
    left.run("send", text="hello")
    line = left.take_transmissions()[0]
    middle = len(line) // 2
    right.receive(line[:middle] + ("A" if line[middle] != "A" else "B") + line[middle + 1:])
    assert right.warnings() and not right.texts(), right.events
    for end in network.ends:
        children.end(end.process)


LIBOTR, POTR = peer.start_libotr, peer.start_potr
tap.run({
    "libotr and libotr, v3": lambda: hold_conversation(LIBOTR, LIBOTR, 3, 0),
    "libotr and libotr, v3, over short lines":
        lambda: hold_conversation(LIBOTR, LIBOTR, 3, 1, frag=200),
    "libotr and libotr, v2": lambda: hold_conversation(LIBOTR, LIBOTR, 2, 0),
    "libotr and potr, v2, libotr starting": lambda: hold_conversation(LIBOTR, POTR, 2, 0),
    "libotr and potr, v2, potr starting": lambda: hold_conversation(LIBOTR, POTR, 2, 1),
    "libotr and potr, v2, over short lines":
        lambda: hold_conversation(LIBOTR, POTR, 2, 1, frag=200),
    "a peer says what it cannot do": a_peer_says_what_it_cannot_do,
    "a damaged line is told of": a_damaged_line_is_told_of,
}, watchdog=280)
