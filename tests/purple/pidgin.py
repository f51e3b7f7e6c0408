# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pidgin, as a person has it: on a screen, steered and heard by its own D-Bus
interface where that can, by keys where it cannot."""
import pathlib
import signal
import subprocess

from gi.repository import Gio, GLib

import children
import finch
import profile
import purple_bus
import xmpp
from desktop import wait_until
from purple_bus import INTERFACE, NAME, PATH, SECONDS

TYPE_IM = 1
# Of libpurple's conversation.h.
SEND, RECEIVED, NO_LOG = 0x1, 0x2, 0x40
WINDOW, TABS = (630, 500), 42
MENU_BEGIN, MENU_ROW = 32, 21  # from the badge to its first entry, and each further one
# As in client-lib/purple/pidgin/badge.c.
BADGE_COLOURS = {"Private": 0x1a7f37, "Unverified": 0xb35900, "Starting": 0x1f5fbf,
                 "Key changed": 0xd4007f, "Not private": 0xc01c28, "Finished": 0x4b5563, "No OTR service": 0x7c3a8c}


def preferences(plugins, x, y):
    """No sounds and no tray; windows at a place of their own."""
    return {
        "pidgin": {
            "accounts": {"window": {}},
            "blist": {"x": x, "y": y + 520, "width": 300, "height": 240, "list_visible": True},
            "conversations": {"im": {"width": WINDOW[0], "height": WINDOW[1]}},
            "plugins": {"loaded": plugins},
            "sound": {"method": "none"},
            "docklet": {"show": "never"},
        },
        "purple": {"logging": {"log_ims": True},
                   "away": {"idle_reporting": "none", "away_when_idle": False}},
        "OTR": {"enabled": True, "automatic": True, "onlyprivate": False,
                "avoidloggingotr": True, "showotrbutton": True},
    }


class Pidgin:
    def __init__(self, desktop, screen, name, port, plugins, place=(0, 0), prepare=None):
        self.desktop, self.screen, self.name = desktop, screen, name
        self.account_name = self.address(name) + "/Pidgin"
        self.drawn_as_notices = []
        self.shown = []     # (contact's address, what was written into the conversation)
        self.place = place
        self.bar = (place[0], place[1], place[0] + WINDOW[0], place[1] + 30)
        folder = desktop.home / ".purple"
        self._write_account(folder, port)
        self._write_plugins(folder, plugins, place)
        if prepare:
            prepare(folder)
        self._listen()
        environment = dict(desktop.environment, DISPLAY=screen.display, LC_ALL="C.UTF-8",
                           GTK_IM_MODULE="gtk-im-context-simple", NO_AT_BRIDGE="1")
        self.process = children.start(["pidgin", "-m", "-c", str(folder)], env=environment,
                                      cwd=desktop.folder, stdin=subprocess.DEVNULL,
                                      stdout=desktop.log, stderr=desktop.log)
        desktop.wait_for_name(NAME)
        self.account = self._wait_for_account()

    @staticmethod
    def address(name):
        return xmpp.address(name)

    def _write_account(self, folder, port):
        profile.write_account(folder, "gtk-gaim", self.account_name, port)

    @staticmethod
    def _write_plugins(folder, plugins, place):
        (folder / "plugins").mkdir()
        loaded = []
        for plugin in map(pathlib.Path, plugins):
            link = folder / "plugins" / plugin.name
            link.symlink_to(plugin)
            loaded.append(str(link))
        profile.write_preferences(folder, preferences(loaded, *place))

    # Its D-Bus interface
    def call(self, method, signature="()", *arguments):
        return purple_bus.call(self.desktop, method, signature, *arguments)

    def listen_to(self, signal_name):
        """A list that grows with each signal of that name."""
        heard = []
        self.connection.signal_subscribe(
            None, INTERFACE, signal_name, PATH, None, Gio.DBusSignalFlags.NONE,
            lambda *arguments: heard.append(arguments[5].unpack()))
        return heard

    def _listen(self):
        self.connection = self.desktop.connect()
        self.connection.signal_subscribe(None, INTERFACE, "WroteImMsg", PATH, None,
                                         Gio.DBusSignalFlags.NONE, self._on_wrote)

    def _on_wrote(self, connection, sender, path, interface, signal, parameters):
        _account, who, text, _conversation, flags = parameters.unpack()
        if flags & (SEND | RECEIVED) and flags & NO_LOG:
            self.drawn_as_notices.append(text)
        self.shown.append((who.split("/")[0], text))

    def _wait_for_account(self):
        found = []

        def is_connected():
            found[:] = [self.call("PurpleAccountsFindConnected", "(ss)", "", "")]
            return found[0]
        self._poll(is_connected, "its account to be connected")
        return found[0]

    def _poll(self, is_so, what):
        """For what Pidgin tells by no signal."""
        timer = GLib.timeout_add(100, lambda: GLib.SOURCE_CONTINUE)
        try:
            wait_until(is_so, "%s's Pidgin: %s" % (self.name, what), SECONDS)
        finally:
            GLib.source_remove(timer)

    # What a person does
    def wait_for_buddy(self, contact):
        self._poll(lambda: self.call("PurpleBuddyIsOnline", "(i)", self._buddy(contact))
                   if self._buddy(contact) else False, contact + " to be online")

    def _buddy(self, contact):
        return self.call("PurpleFindBuddy", "(is)", self.account, self.address(contact))

    def _conversation(self, contact):
        return self.call("PurpleConversationNew", "(iis)", TYPE_IM, self.account,
                         self.address(contact))

    def open_conversation(self, contact):
        """Its window is put in its place: Pidgin leaves that to a window manager."""
        self._conversation(contact)
        self.screen.move_window(self.process.pid, contact, *self.place)

    def say(self, contact, text):
        conversation = self._conversation(contact)
        self.call("PurpleConvImSend", "(is)", self.call("PurpleConvIm", "(i)", conversation), text)

    def open_tab(self, contact):
        """Another conversation in the same window, behind the one in front."""
        x, y = self.place
        self.change((x, y + TABS - 5, x + WINDOW[0], y + TABS + 5),
                    lambda: self._conversation(contact), "the tab of " + contact)

    def click_tab(self, number):
        """One of two."""
        x, y = self.place
        self.screen.click(x + 120 + number * WINDOW[0] // 2, y + TABS)
        self.screen.leave()

    def write_to_every_client_of(self, contact):
        """Pidgin writes to the client that wrote last, until it forgets it."""
        self.call("PurpleConversationSetName", "(is)", self._conversation(contact),
                  self.address(contact))

    def texts(self, contact):
        return [text for who, text in self.shown if who == self.address(contact)]

    def wait_for(self, contact, words, count=1):
        try:
            wait_until(lambda: sum(words in text for text in self.texts(contact)) >= count,
                       "", SECONDS)
        except AssertionError:
            raise AssertionError("%s's Pidgin waited in vain for %r; it showed:\n%s" % (
                self.name, words, "\n".join("%s: %s" % pair for pair in self.shown))) from None

    # The badge, which is on the screen only
    def wait_for_badge(self, title):
        """Waits for the padlock in the colour of that title; where it is."""
        return self.wait_for_colour(BADGE_COLOURS[title], self.bar, "the badge %r" % title)

    def wait_for_colour(self, colour, area, what):
        found = []

        def is_there():
            found[:] = [self.screen.find(colour, area)]
            return found[0]
        self._poll(is_there, what)
        return found[0]

    def open_menu(self, title):
        """Opens the badge's menu."""
        x, y = self.badge = self.wait_for_badge(title)
        self.change((x, y + 25, x + 100, y + 60), lambda: self.screen.click(x, y),
                    "the menu of the badge")

    def click_entry(self, row):
        x, y = self.badge
        self.screen.click(x + 30, y + MENU_BEGIN + int(row * MENU_ROW))
        self.screen.leave()

    def change(self, area, do, what):
        """Does what changes a part of the screen, and waits until it has."""
        before = self.screen.read(area)
        do()
        self._poll(lambda: self.screen.read(area) != before, what)

    def wait_for_dialog(self, title):
        x, y = self.place
        self.screen.move_window(self.process.pid, title, x + 20, y + 200)

    def wait_for_no_dialog(self, title):
        self._poll(lambda: not self.screen.has_window(self.process.pid, title),
                   "the end of the dialog %r" % title)

    def answer_by_enter(self, title):
        """The dialog's default."""
        self.screen.focus_window(self.process.pid, title)
        self.screen.press("Return")

    def answer_dialog(self, title, entry, text):
        """Types into the dialog's field, which is that far from its corner, and Enter."""
        self.wait_for_dialog(title)
        x, y = self.place[0] + 20 + entry[0], self.place[1] + 200 + entry[1]
        self.screen.focus_window(self.process.pid, title)
        self.screen.click(x, y)
        self.change((x - 20, y - 5, x + 60, y + 5), lambda: self.screen.type(text),
                    "the echo of what is typed")
        self.screen.press("Return")

    def close(self):
        """Pidgin quits when it is asked to; it must not crash over its plugins."""
        status = children.end(self.process, timeout=SECONDS)
        assert status in (0, -signal.SIGTERM), "%s's Pidgin ended with %d" % (self.name, status)


class IrcPidgin(Pidgin):
    """With an account of IRC."""

    @staticmethod
    def address(name):
        return name

    def _write_account(self, folder, port):
        self.account_name = self.name + "@127.0.0.1"
        finch.write_irc_account(folder, "gtk-gaim", self.name, port)
