#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The QR code of a key, as a camera reads it off the terminal."""
import re
import subprocess

import tap
from desktop import Desktop
from otrctl_fake import FakeService, OURS
from otrctl_run import Terminal, done

NAME = "xmpp:alice@example.org"
LINK = "xmpp:alice@example.org?otr-fingerprint=" + OURS
SCALE = 4
HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def photograph(desktop, lines, lit):
    """What zbarimg reads in blocks that shine (or, on paper, do not)."""
    rows = [[HALVES[block][half] == lit for block in line] for line in lines for half in (0, 1)]
    pixels = b"".join(bytes(255 * light for light in row for _ in range(SCALE)) * SCALE
                      for row in rows)
    picture = desktop.folder / "picture.pgm"
    picture.write_bytes(b"P5 %d %d 255\n" % (len(rows[0]) * SCALE, len(rows) * SCALE) + pixels)
    return subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True,
                          check=True, timeout=110).stdout.strip()


def drawn_in(text):
    return [line for line in text.splitlines() if line and set(line) <= set(HALVES)]


def a_script_gets_blocks_that_shine():
    with Desktop(program="/bin/false", keyring=False) as desktop:
        service = FakeService(desktop)
        text = done(desktop, "key", "show", NAME, "--qr")
        assert "\033" not in text and text.splitlines()[-1] == LINK, text
        assert photograph(desktop, drawn_in(text), lit=1) == LINK
        service.close()


def a_terminal_gets_black_on_white():
    with Desktop(program="/bin/false", keyring=False) as desktop:
        service = FakeService(desktop)
        status, screen = Terminal(desktop, "key", "show", NAME, "--qr").talk()
        assert status == 0, screen
        lines = re.findall("\033\\[30;107m([^\033]*)\033\\[0m", screen)
        assert photograph(desktop, lines, lit=0) == LINK
        status, screen = Terminal(desktop, "key", "show", NAME, "--qr", NO_COLOR="1").talk()
        assert "\033" not in screen
        assert photograph(desktop, drawn_in(screen), lit=1) == LINK
        service.close()


tap.run({
    "a script gets blocks that shine": a_script_gets_blocks_that_shine,
    "a terminal gets black on white": a_terminal_gets_black_on_white,
}, watchdog=280)
