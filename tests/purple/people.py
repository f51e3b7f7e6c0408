# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two people, Alice and Bob, each with a program, a desktop and an otrd of their
own. `taps` have what each said to the server between them."""
import contextlib

import irc
from desktop import Desktop
from finch import Finch
from pidgin import IrcPidgin
from screen import Screen


class Pair:
    server_class, tap_class, pidgin_class, finch_class = irc.Server, irc.Tap, IrcPidgin, Finch

    def __init__(self, desktops, stack):
        self.desktops, self.stack = desktops, stack
        self.server = self.keep(self.make_server(desktops[0].folder))
        self.taps = [self.keep(self.tap_class(self.server)) for _ in desktops]
        self.alice = self.keep(self.make_alice(desktops[0], self.taps[0].port))
        self.bob = self.keep(self.finch_class(desktops[1], "bob", "alice", self.taps[1].port))
        self.open_conversations()

    def keep(self, thing):
        self.stack.callback(thing.close)
        return thing

    def make_server(self, folder):
        return self.server_class(folder)

    def make_alice(self, desktop, port):
        return self.finch_class(desktop, "alice", "bob", port)

    def open_conversations(self):
        for person in (self.alice, self.bob):
            person.wait_for_buddy()
            person.open_conversation()

    def said(self):
        return [text for a_tap in self.taps for text in a_tap.texts()]

    def keep_screens(self, title):
        for person in (self.alice, self.bob):
            person.keep_screen(title)


class PidginAndFinch(Pair):
    """Alice has Pidgin, with these plugins."""
    plugins = ()

    def make_alice(self, desktop, port):
        self.screen = self.keep(Screen(desktop.folder))
        return self.pidgin_class(desktop, self.screen, "alice", port, self.plugins)

    def open_conversations(self):
        self.bob.wait_for_buddy()
        self.alice.open_conversation("bob")
        self.bob.open_conversation()

    def keep_screens(self, title):
        self.screen.photograph_as(title)
        self.bob.keep_screen(title)


@contextlib.contextmanager
def two_people(pair_class, title):
    with Desktop() as first, Desktop() as second, contextlib.ExitStack() as stack:
        pair = pair_class((first, second), stack)
        try:
            yield pair
        finally:
            pair.keep_screens(title)
