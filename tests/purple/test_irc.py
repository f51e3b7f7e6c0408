#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice has Pidgin, Bob has Finch, each with a desktop and an otrd of their own;
between them is a real IRC server."""
import contextlib

import irc
import tap
from desktop import Desktop
from finch import Finch
from pidgin import IrcPidgin
from screen import Screen
from test_pidgin import OURS


class Pair:
    def __init__(self, desktops, stack):
        self.server = self._keep(stack, irc.Server(desktops[0].folder))
        self.screen = self._keep(stack, Screen(desktops[0].folder))
        self.taps = [self._keep(stack, irc.Tap(self.server)) for _ in desktops]
        self.alice = self._keep(stack, IrcPidgin(desktops[0], self.screen, "alice",
                                                 self.taps[0].port, OURS))
        self.bob = self._keep(stack, Finch(desktops[1], "bob", "alice", self.taps[1].port))
        self.bob.wait_for_buddy()
        self.alice.open_conversation("bob")
        self.bob.open_conversation()

    @staticmethod
    def _keep(stack, thing):
        stack.callback(thing.close)
        return thing

    def said(self):
        return [text for a_tap in self.taps for text in a_tap.texts()]


@contextlib.contextmanager
def two_people(title):
    with Desktop() as first, Desktop() as second, contextlib.ExitStack() as stack:
        pair = Pair((first, second), stack)
        try:
            yield pair
        finally:
            pair.screen.photograph_as(title)
            pair.bob.keep_screen(title)


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
        pair.bob.bring_to_front("#garden")
        pair.bob.type("/otr start")
        pair.bob.wait_for("OTR is for two: rooms are left alone")
        pair.bob.type("to the whole garden")
        pair.bob.wait_until(lambda: "to the whole garden" in pair.said(), "the room")


if __name__ == "__main__":
    tap.run({
        "Pidgin and Finch talk privately": pidgin_and_finch_talk_privately,
        "rooms are left alone and said so": rooms_are_left_alone_and_said_so,
    }, watchdog=600)
