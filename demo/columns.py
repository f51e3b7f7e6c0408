# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three columns on a terminal: what was typed, what the network saw, what was
read; and what was proven."""
import shutil
import textwrap
import unicodedata

TITLES = ("typed", "the network saw", "read")
TAG = "\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20"


def show_line(line, room=10):
    """A line of the network for the eye: what cannot be read cut short, the
    whitespace that offers OTR made visible."""
    if line.startswith("?OTR"):
        return line if len(line) <= room else "%s… %d bytes" % (line[:room], len(line.encode()))
    if TAG in line:
        return line.replace(line[line.index(TAG):], " ⟨offers OTR in whitespace⟩")
    return "".join(c if unicodedata.category(c)[0] != "C" else "·" for c in line)


class Columns:
    def __init__(self, width=None):
        total = width or min(shutil.get_terminal_size((100, 24)).columns, 120)
        self.width = max((total - 6) // 3, 20)
        self.failed = []

    def heading(self, text):
        print("\n── %s %s" % (text, "─" * max(0, 3 * self.width + 2 - len(text))), flush=True)

    def titles(self):
        self.row(*TITLES)
        print("─┼─".join("─" * self.width for _ in TITLES), flush=True)

    def row(self, typed="", network="", read=""):
        cells = [textwrap.wrap(cell, self.width) or [""] for cell in (typed, network, read)]
        for n in range(max(map(len, cells))):
            parts = [cell[n] if n < len(cell) else "" for cell in cells]
            print(" │ ".join(part.ljust(self.width) for part in parts).rstrip(), flush=True)

    def note(self, text):
        for line in textwrap.wrap(text, 3 * self.width + 4, initial_indent="  ",
                                  subsequent_indent="  "):
            print(line, flush=True)

    def check(self, what, is_so):
        """What the demonstration stands or falls with."""
        print("  %s %s" % ("✓" if is_so else "✗ NOT SO:", what), flush=True)
        if not is_so:
            self.failed.append(what)
        return is_so
