# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finch, in a terminal, as a person has it: keys go in, the screen is read."""
import os
import pathlib
import re
import subprocess
import time

import children
import profile
import purple_bus
import xmpp

ACCOUNTS = """<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'><account>
<protocol>prpl-irc</protocol><name>{name}@127.0.0.1</name>
<settings><setting name='port' type='int'>{port}</setting>
<setting name='ratelimit-interval' type='int'>0</setting>
<setting name='ratelimit-burst' type='int'>1000</setting></settings>
<settings ui='{ui}'><setting name='auto-login' type='bool'>1</setting></settings>
</account></account>
"""
BUDDIES = """<?xml version='1.0' encoding='UTF-8' ?>
<purple version='1.0'><blist><group name='Buddies'><contact>
<buddy account='{name}@127.0.0.1' proto='prpl-irc'><name>{buddy}</name></buddy>
</contact></group></blist></purple>
"""
PREFERENCES = """<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'>
<pref name='finch'><pref name='plugins'><pref name='loaded' type='pathlist'>
<item value='{plugin}'/></pref></pref></pref>
<pref name='purple'><pref name='logging'>
<pref name='log_ims' type='bool' value='1'/></pref></pref>
</pref>
"""
# As terminals of the kind that Finch is told of send it.
UP, DOWN, LEFT = "\033OA", "\033OB", "\033OD"
COLUMNS, ROWS = 160, 50


def write_irc_account(folder, ui, name, port):
    folder.mkdir(parents=True)
    (folder / "accounts.xml").write_text(ACCOUNTS.format(ui=ui, name=name, port=port))


class Finch:
    def __init__(self, desktop, name, buddy, port, prepare=None):
        self.name, self.buddy, self.desktop = name, buddy, desktop
        self.account = self.account_name()
        self.meanwhile = lambda: None  # called while it is waited for
        self.socket = str(desktop.folder / ("tmux-" + name))
        folder = self._write_profile(desktop.home, port)
        if prepare:
            prepare(folder)
        self.environment = dict(desktop.environment, TERM="screen", LC_ALL="C.UTF-8")
        self.environment.pop("TMUX", None)
        self.server = children.start(["tmux", "-D", "-f", "/dev/null", "-S", self.socket],
                                     env=self.environment, stdout=desktop.log, stderr=desktop.log)
        self.wait_until(lambda: os.path.exists(self.socket), "tmux")
        self._tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS),
                   "finch -c '%s'" % folder)

    def account_name(self):
        return self.name + "@127.0.0.1"

    def _write_profile(self, home, port):
        """Its folder, with an account of IRC."""
        folder = home / ".purple"
        write_irc_account(folder, "gnt-purple", self.name, port)
        words = {"name": self.name, "buddy": self.buddy, "plugin": self._link_plugin(folder)}
        for file, text in (("blist.xml", BUDDIES), ("prefs.xml", PREFERENCES)):
            (folder / file).write_text(text.format(**words))
        return folder

    @staticmethod
    def _link_plugin(folder):
        (folder / "plugins").mkdir()
        plugin = folder / "plugins" / "otrd.so"
        plugin.symlink_to(os.environ["OTRD_PLUGIN"])
        return plugin

    def _tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], env=self.environment,
                              check=True, capture_output=True, text=True, timeout=110).stdout

    def wait_until(self, is_so, what, seconds=100):
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline:
                raise AssertionError("%s waited in vain for %s; its screen:\n%s"
                                     % (self.name, what, self.screen()))
            self.meanwhile()
            time.sleep(0.05)  # a terminal tells nobody that it has changed

    def call(self, method, signature="()", *arguments):
        """Its D-Bus interface, for what a person does not do."""
        return purple_bus.call(self.desktop, method, signature, *arguments)

    def screen(self):
        return self._tmux("capture-pane", "-p")

    def words(self):
        """The screen without frames and line breaks: Finch breaks long lines at spaces."""
        return " ".join(re.sub("[│▒↑↓┤├]", " ", self.screen()).split())

    def wait_for(self, text, count=1):
        self.wait_until(lambda: self.words().count(text) >= count, repr(text))

    def wait_for_no_more(self, text):
        self.wait_until(lambda: text not in self.words(), "the end of " + repr(text))

    def press(self, *keys):
        self._tmux("send-keys", *keys)

    def type(self, text):
        self._tmux("send-keys", "-l", text)
        self.wait_until(lambda: text[-40:] in self.words(), "the echo of " + repr(text))
        self.press("Enter")

    def type_unseen(self, text):
        """Into a field that does not show it."""
        self._tmux("send-keys", "-l", text)

    def wait_for_buddy(self):
        self.wait_for("◯ " + self.buddy)

    def open_conversation(self):
        """By the search of the buddy list."""
        self.press("/", *self.buddy, "Enter")
        self.wait_for("%s (%s" % (self.buddy, self.account))

    def _top(self):
        """Where the window in front has its title, whole."""
        return self.screen().split("\n", 1)[0]

    def bring_to_front(self, title):
        """A window that came by itself: Finch leaves the keyboard where it is."""
        self.wait_until(lambda: title in self.screen(), repr(title))
        self.press("M-n")

    def go_to(self, conversation):
        """One that the user has asked for: it may or may not have come to the front by itself."""
        self.wait_until(lambda: conversation in self.screen(), repr(conversation))
        while not re.search("┤[^├]*" + re.escape(conversation), self._top()):
            before = self._top()
            self.press("M-n")
            self.wait_until(lambda: self._top() != before, "the next window")

    def choose_action(self, letter):
        """Of the plugin, in the menu of the buddy list, which is in front."""
        self.press("C-o")
        self.wait_for("Options Accounts Plugins")
        while "OTR (otrd)" not in self.words():  # Finch remembers where it was
            before = self.screen()
            self._tmux("send-keys", "-l", LEFT)
            self.wait_until(lambda: self.screen() != before, "the next menu")
        self.press("o")
        self.wait_for("Take over from pidgin-otr...")
        self.press(letter)

    def keep_screen(self, title):
        folder = pathlib.Path(os.environ["OTRD_SCREENS"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ("%s-%s.txt" % (title, self.name))).write_text(self.screen())

    def close(self):
        children.end(self.server)


class XmppFinch(Finch):
    """With an account of XMPP, and a folder of its own beside Pidgin's."""

    def account_name(self):
        return xmpp.address(self.name) + "/Finch"

    def _write_profile(self, home, port):
        folder = home / ".finch"
        profile.write_account(folder, "gnt-purple", self.account, port)
        (folder / "prefs.xml").write_text(PREFERENCES.format(plugin=self._link_plugin(folder)))
        return folder
