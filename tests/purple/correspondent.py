# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody on IRC who is no program of ours: a socket, and an otrd beside it,
which can be exchanged for another one with another key."""
import select
import socket

from messenger import Client, Messenger


def make_key(desktop, account):
    """Their key; its fingerprint."""
    client = Client(desktop)
    fingerprint = client.account(client.open_account("irc", account), "GenerateKey")[0]
    client.close()
    return fingerprint


class Correspondent:
    def __init__(self, server, nick, contact):
        self.nick, self.contact = nick, contact
        self.account = nick + "@127.0.0.1"
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.received = b""
        self.messenger = None
        self._say("NICK " + nick)
        self._say("USER %s 0 * :%s" % (nick, nick))

    def _say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def say(self, text):
        """As it is, past their otrd."""
        self._say("PRIVMSG %s :%s" % (self.contact, text))

    def use(self, desktop):
        """From now on the keys of that otrd."""
        self.messenger = Messenger(desktop, "correspondent", "irc", self.account, self.contact)

    def start(self):
        self.messenger.start()

    def serve(self):
        """What has come, and what is to go; to be called while one waits."""
        while select.select([self.socket], [], [], 0)[0]:
            self.received += self.socket.recv(65536)
        *lines, self.received = self.received.split(b"\r\n")
        for line in map(bytes.decode, lines):
            if line.startswith("PING"):
                self._say("PONG" + line[4:])
            elif " PRIVMSG %s :" % self.nick in line and self.messenger:
                self.messenger.receive(line.split(" :", 1)[1])
        for line in self.messenger.take_transmissions() if self.messenger else ():
            self._say("PRIVMSG %s :%s" % (self.contact, line))

    def close(self):
        self.socket.close()
