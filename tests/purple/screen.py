# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A screen that nobody sees: Xvfb, which picks a free display by itself, and
photographs of it as PNG files."""
import os
import pathlib
import struct
import subprocess
import zlib

import children

WIDTH, HEIGHT = 1280, 800


class Screen:
    def __init__(self, folder):
        self.folder = folder / "screen"
        self.folder.mkdir()
        self.log = open(folder / "xvfb.log", "wb")
        self.process = children.start(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "%dx%dx24" % (WIDTH, HEIGHT),
             "-nolisten", "tcp", "-noreset", "-fbdir", str(self.folder)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        number = self.process.stdout.readline().decode().strip()
        assert number, "Xvfb did not start:\n" + (folder / "xvfb.log").read_text()
        self.display = ":" + number

    def photograph_as(self, title):
        folder = pathlib.Path(os.environ["OTRD_SCREENS"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / (title + ".png")).write_bytes(png_of(Dump(self.folder)))

    def read(self, area):
        """The pixels of a rectangle (left, top, right, bottom)."""
        left, _, right, _ = area
        return b"".join(row[4 * left:4 * right] for row in Dump(self.folder).rows(area))

    def find(self, colour, area):
        """Where that colour is first in the rectangle; None if it is not."""
        wanted = struct.pack("<I", colour)[:3]
        for y, row in enumerate(Dump(self.folder).rows(area), area[1]):
            for x in range(area[0], area[2]):
                if row[4 * x:4 * x + 3] == wanted:
                    return x, y
        return None

    # The hand of the person before it
    def click(self, x, y):
        self._do("mousemove", str(x), str(y), "click", "1")

    def has_window(self, pid, title):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--all", "--pid", str(pid),
                                "--name", title], timeout=60, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, env=self._environment(), check=False)
        return found.returncode == 0

    def focus_window(self, pid, title):
        """What a window manager does when a window is clicked at."""
        self._do("search", "--sync", "--onlyvisible", "--all", "--pid", str(pid), "--name", title,
                 "windowfocus", "--sync", "%1")

    def type(self, text):
        self._do("type", text)

    def press(self, key):
        self._do("key", key)

    def leave(self):
        """Moves the pointer to where nothing is."""
        self._do("mousemove", str(WIDTH - 1), str(HEIGHT - 1))

    def move_window(self, pid, title, x, y):
        """Waits for a window of that process with that in its title."""
        self._do("search", "--sync", "--onlyvisible", "--all", "--pid", str(pid), "--name", title,
                 "windowmove", "%1", str(x), str(y))

    def _do(self, *words):
        subprocess.run(["xdotool", *words], check=True, timeout=60, stdin=subprocess.DEVNULL,
                       env=self._environment())

    def _environment(self):
        return dict(os.environ, DISPLAY=self.display)

    def close(self):
        children.end(self.process)
        self.log.close()


class Dump:
    """The X window dump that Xvfb keeps: true colour, four bytes a pixel."""

    def __init__(self, folder):
        self.bytes = (folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", self.bytes[:100])
        self.width, self.height, self.row_bytes = header[4], header[5], header[12]
        self.begin = header[0] + 12 * header[19]

    def rows(self, area=None):
        _, top, _, bottom = area or (0, 0, self.width, self.height)
        for y in range(top, bottom):
            begin = self.begin + y * self.row_bytes
            yield self.bytes[begin:begin + 4 * self.width]


def png_of(dump):
    rows = bytearray()
    for row in dump.rows():
        line = bytearray(3 * dump.width)
        line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
        rows += b"\0" + line
    header = struct.pack(">2I5B", dump.width, dump.height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
            + _chunk(b"IDAT", zlib.compress(bytes(rows))) + _chunk(b"IEND", b""))


def _chunk(kind, content):
    return (struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content)))
