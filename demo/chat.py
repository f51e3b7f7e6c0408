# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two messengers (an `otrctl relay` process each) on a plain network, shown in
three columns while they talk."""
from columns import show_line
from network import Network
from relay import Relay

NAMES = {"alice@example.org": "alice", "bob@example.org": "bob"}


class Chat:
    def __init__(self, desktop, columns):
        alice, bob = NAMES
        self.columns = columns
        self.typed = []         # every text that was
        self.alice = Relay(desktop, alice, bob, application="org.example.Chat")
        self.bob = Relay(desktop, bob, alice, application="org.example.Talk")
        self.join(self.alice, self.bob)

    def join(self, left, right):
        self.network = Network(left, right)
        self.network.on_line = self.show_network
        for end in self.network.ends:
            end.on_heard = lambda heard, end=end: self.show_heard(end, heard)

    # The columns
    def show_network(self, sender, line):
        self.columns.row(network="%s → %s" % (NAMES[sender.account], show_line(line)))

    def show_heard(self, end, heard):
        name = NAMES[end.account]
        if heard.get("text") and heard.get("verdict"):
            clear = "" if heard["verdict"] == "private" else "  (in the clear)"
            self.columns.row(read="%s reads: %s%s" % (name, heard["text"], clear))
        elif heard.get("event"):
            told = self.tell(heard)
            if told:
                self.columns.row(read="%s is told: %s" % (name, told))

    def tell(self, heard):
        event = heard["event"]
        if event == "waiting" and heard.get("reason") == "generating":
            return "one moment, your key is being made"
        if event in ("private", "refreshed"):
            return "private now, with a key %s" % {
                "first-seen": "never seen before", "known": "known from before"}.get(
                    heard.get("known"), "that has changed")
        if event == "verification-asked":
            return "asked: %s" % (heard.get("question") or "for the shared secret")
        if event == "verification-finished":
            return "verification: %s" % heard["result"]
        if event == "finished":
            return "the conversation has ended" + (
                ": by the contact" if heard.get("by") == "contact" else "")
        if event == "held":
            return "held until it can go privately"
        return ""

    # What people do
    def type(self, end, text, /, **options):
        self.columns.row(typed="%s: %s" % (NAMES[end.account], text))
        self.typed.append(text)
        end.ask(send=text, **options)
        self.network.carry_all()

    def do(self, end, what, /, **operation):
        self.columns.row(typed="%s %s" % (NAMES[end.account], what))
        end.ask(**operation)
        self.network.carry_all()

    def wait(self, is_so, what):
        self.network.carry_until(is_so, what)

    def is_private(self):
        return all(end.state.get("state") == "private" for end in self.network.ends)

    def results(self, end):
        return [e["result"] for e in end.events("verification-finished")]
