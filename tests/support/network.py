# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network between two ends of a conversation: it keeps the order of each
direction and writes down all that it carries."""


class Network:
    """Joins two ends, each with receive(line) and take_transmissions()."""

    LIMIT = 400  # lines that one exchange may take: more is a loop

    def __init__(self, left, right):
        self.ends = (left, right)
        self.seen = []
        self.on_line = None     # called with the sender and the line

    def other(self, end):
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    def carry_once(self):
        """Carries what waits on each side; whether anything did."""
        carried = False
        for sender, receiver in (self.ends, self.ends[::-1]):
            for line in sender.take_transmissions():
                self.seen.append(line)
                if self.on_line:
                    self.on_line(sender, line)
                receiver.receive(line)
                carried = True
        return carried

    def carry_all(self):
        """Carries until both ends are silent."""
        begun = len(self.seen)
        while self.carry_once():
            assert len(self.seen) - begun < self.LIMIT, "the two ends talk in circles"

    def carry_until(self, is_so, what):
        """Carries until it is so; what an end does by itself is waited for."""
        from desktop import wait_until
        wait_until(lambda: self.carry_all() or is_so(), what)
