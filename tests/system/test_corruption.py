#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two services on two buses, both of whose users want privacy always, and a network that bends,
cuts, joins, doubles and reorders lines, ten thousand of them: the exchange ends by itself, nothing
was in the clear, and on a good network the two talk again."""
import random

import tap
from desktop import Desktop, wait_until
from gi.repository import GLib
from imported import import_keys
from messenger import ContractError
from talk import ALICE, BOB, join, open_messenger

LINES = 10000
# Longer than otrd waits for anything before it starts over.
SILENCE = 14
WORDS = "for you alone"


class Noise:
    """What becomes of lines on their way; nothing comes through as it was, or nearly nothing."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.recorded = []
        self.late = []

    def bend(self, line):
        letters = list(line)
        for _ in range(self.chance.randrange(1, 4)):
            letters[self.chance.randrange(len(letters))] = chr(self.chance.randrange(32, 127))
        return ["".join(letters)]

    def cut(self, line):
        at = self.chance.randrange(1, len(line)) if len(line) > 1 else 1
        return [part for part in (line[:at], line[at:]) if part]

    def shorten(self, line):
        return [line[:self.chance.randrange(1, len(line) + 1)]]

    def join(self, line):
        return [line + self.chance.choice(self.recorded)]

    def double(self, line):
        return [line, line]

    def reorder(self, line):
        self.late.append(line)
        return [self.late.pop(self.chance.randrange(len(self.late)))]

    def repeat(self, line):
        return [self.chance.choice(self.recorded)]

    def lose(self, line):
        return []

    def carry(self, line):
        self.recorded = (self.recorded + [line])[-200:]
        kind = self.chance.choice((self.bend, self.bend, self.cut, self.shorten, self.join,
                                   self.double, self.reorder, self.repeat, self.lose))
        return kind(line)


def open_ends(left, right):
    alice = open_messenger(left, "left", ALICE, BOB)
    bob = open_messenger(right, "right", BOB, ALICE)
    for end, desktop, name, key in ((alice, left, ALICE, "carol"), (bob, right, BOB, "dave")):
        import_keys(end, desktop.folder, {name: key})
        end.manager("SetDefaultPolicy", "(sa{sv})", "always", {})
    return alice, bob


def type_something(end, number):
    try:
        assert end.send("%s %d" % (WORDS, number)) in ("held", "private")
    except ContractError as error:
        assert error.name in ("LimitExceeded", "Finished"), error


def carry(ends, noise, wire):
    """What waits on each side, through the noise; how many lines came of it."""
    delivered = 0
    for sender, receiver in (ends, ends[::-1]):
        for line in sender.take_transmissions():
            wire.append(line)
            for damaged in noise.carry(line):
                receiver.receive(damaged)
                delivered += 1
    return delivered


def make_noise(ends, noise, wire):
    delivered = number = 0
    while delivered < LINES:
        number += 1
        type_something(ends[number % 2], number)
        delivered += carry(ends, noise, wire)
        # Strangers never tire: what was said comes again, bent.
        for end in ends:
            for line in noise.carry(noise.chance.choice(noise.recorded or ["?OTRv23?"])):
                end.receive(line)
                delivered += 1


def wait_for_silence(ends, noise, wire):
    """They say what they have to say by themselves, each time a while later, and then no more."""
    said, quiet = len(wire), [False]

    def on_quiet():
        quiet[0] = True
        return GLib.SOURCE_REMOVE

    source = GLib.timeout_add_seconds(SILENCE, on_quiet)
    while not quiet[0]:
        if carry(ends, noise, wire):
            GLib.source_remove(source)
            source = GLib.timeout_add_seconds(SILENCE, on_quiet)
            # Should they become private, all that was held goes out, and perhaps again.
            assert len(wire) - said < 5000, "they talk in circles"
        else:
            GLib.MainContext.default().iteration(True)
    print("# silent after %d lines" % (len(wire) - said))


def talk_again(ends):
    network = join(*ends)
    network.LIMIT = 8000
    ends[0].start()
    network.carry_until(lambda: all(end.get("State") == "private" for end in ends), "private")
    for sender, receiver in (ends, ends[::-1]):
        wait_until(lambda: network.carry_all() or sender.get("Held") == 0, "what was held")
        assert sender.send("at last", "private") == "private"
        network.carry_all()
        assert receiver.texts()[-1] == "at last", receiver.texts()[-1]
    return network.seen


def the_exchange_ends_by_itself(seed):
    with Desktop() as left, Desktop() as right:
        ends, noise, wire = open_ends(left, right), Noise(seed), []
        make_noise(ends, noise, wire)
        wait_for_silence(ends, noise, wire)
        wire += talk_again(ends)
        assert not any(WORDS in line for line in wire)
        for end in ends:
            assert not [text for verdict, text in end.read
                        if WORDS in text and verdict != "private"]


if __name__ == "__main__":
    tap.run({"two that always want it, and 10,000 damaged lines: it ends by itself":
             lambda: the_exchange_ends_by_itself(4711)}, watchdog=280)
