#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice has Pidgin, Bob has Finch, each with a desktop and an otrd of their own;
between them is a real IRC server."""
import people
import tap
from people import PidginAndFinch
from test_pidgin import OURS


class IrcPair(PidginAndFinch):
    plugins = OURS


def two_people(title):
    return people.two_people(IrcPair, title)


def pidgin_and_finch_talk_privately():
    with two_people("irc-private") as pair:
        pair.bob.type("/otr start")
        pair.bob.wait_for("This conversation is now private")
        pair.alice.wait_for_badge("Unverified")
        pair.alice.say("bob", "1 &lt; 2 <b>boldly</b>")
        pair.bob.wait_for("alice: 1 < 2 boldly")
        pair.bob.type("/me waves")
        pair.alice.wait_for("bob", "/me waves")
        clear = [text for text in pair.said() if not text.startswith("?OTR")]
        assert not clear, clear


def rooms_are_left_alone_and_said_so():
    with two_people("irc-room") as pair:
        pair.bob.type("/join #garden")
        pair.bob.go_to("#garden")
        pair.bob.type("/otr start")
        pair.bob.wait_for("OTR is for two: rooms are left alone")
        pair.bob.type("to the whole garden")
        pair.bob.wait_until(lambda: "to the whole garden" in pair.said(), "the room")


if __name__ == "__main__":
    tap.run({
        "Pidgin and Finch talk privately": pidgin_and_finch_talk_privately,
        "rooms are left alone and said so": rooms_are_left_alone_and_said_so,
    }, watchdog=600)
