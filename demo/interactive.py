#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""You are Alice; Bob is a script. What you type goes through otrd, and the
three columns show what became of it."""
import itertools
import os
import sys

from gi.repository import GLib

from chat import Chat
from columns import Columns
from desktop import Desktop
from messenger import Client

HELP = """Type a line and press Enter: it is sent to Bob. Or one of:
  /start          become private (Bob's messenger also takes up the offer by itself)
  /verify         ask Bob what his cat is called (he answers “Mimi”)
  /wrong          ask him something that he gets wrong
  /end            end the private conversation
  /status         what the service says of it
  /help  /quit"""
REPLIES = ("Tell me more.", "I see. And then?", "Not on an open line, please!",
           "Ha! 🙂", "My cat agrees.", "Say that again, slowly.")


class Conversation:
    def __init__(self, desktop):
        self.desktop, self.columns = desktop, Columns()
        self.chat = Chat(desktop, self.columns)
        self.alice, self.bob = self.chat.alice, self.chat.bob
        self.replies = itertools.cycle(REPLIES)
        self.answered = self.read = 0
        self.answer = "Mimi"
        self.typed, self.rest = [], b""

    def run(self):
        """Sources only note what came; it is acted on here, one thing after the other."""
        print(HELP + "\n")
        self.columns.titles()
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IOCondition.IN | GLib.IOCondition.HUP,
                              self.on_input)
        while True:
            self.chat.network.carry_all()
            if self.play_bob():
                continue
            if not self.typed:
                GLib.MainContext.default().iteration(True)
            elif (line := self.typed.pop(0)) in (None, "/quit"):
                return
            else:
                self.obey(line)

    def on_input(self, descriptor, condition):
        read = os.read(0, 4096)
        *lines, self.rest = (self.rest + read).split(b"\n")
        self.typed += [line.decode("utf-8", "replace").strip() for line in lines]
        if not read:
            self.typed.append(None)
        return bool(read)

    def obey(self, line):
        commands = {"/start": self.start, "/end": self.end, "/verify": self.verify,
                    "/wrong": self.ask_wrongly, "/status": self.status,
                    "/help": lambda: print(HELP)}
        if line in commands:
            commands[line]()
        elif line.startswith("/"):
            print(HELP)
        elif line:
            self.chat.type(self.alice, line)

    def start(self):
        self.chat.do(self.alice, "presses “private”", start=True)

    def end(self):
        self.chat.do(self.alice, "ends the private conversation", end=True)

    def verify(self):
        self.answer = "Mimi"
        self.ask("What is your cat called?", "Mimi")

    def ask_wrongly(self):
        self.answer = "no idea"
        self.ask("What did I have for breakfast?", "porridge")

    def ask(self, question, secret):
        self.chat.do(self.alice, "asks: " + question,
                     verify={"question": question, "secret": secret})

    def status(self):
        state = Client(self.desktop)
        print("  vault: %s, key store: %s" % (state.property("Vault"), state.property("KeyStore")))
        for name, value in self.alice.state.items():
            print("  %s: %s" % (name, value))

    def play_bob(self):
        """Whether Bob's script had something to do."""
        asked = len(self.bob.events("verification-asked"))
        if asked > self.answered:
            self.answered = asked
            self.chat.do(self.bob, "answers", verify={"answer": self.answer})
            return True
        if len(self.bob.texts()) > self.read:
            self.read = len(self.bob.texts())
            self.chat.type(self.bob, next(self.replies))
            return True
        if self.bob.state.get("state") == "finished":
            self.chat.do(self.bob, "has noticed that it ended", end=True)
            return True
        return False


def main():
    if not os.isatty(0):
        print("This is for a terminal; ./try.sh alone needs none.", file=sys.stderr)
    with Desktop() as desktop:
        Conversation(desktop).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
