# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs otrctl as a script does, and as a person at a terminal does. The main
loop runs meanwhile: the service may be in this very process."""
import collections
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import threading

from gi.repository import GLib

from desktop import wait_until

OTRCTL = os.environ["OTRD_OTRCTL"]
OURS = {"OTRCTL_PINENTRY": "none"}  # not the one of the person who runs the test
Result = collections.namedtuple("Result", "status out err")


def in_background(function, what, wait=wait_until):
    """Runs a blocking function beside the main loop; returns what it returns."""
    results = []

    def work():
        try:
            results.append((function(), None))
        except BaseException as error:  # noqa: B902: raised again where it is awaited
            results.append((None, error))
        GLib.MainContext.default().wakeup()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    wait(lambda: results, what)
    thread.join()
    value, error = results[0]
    if error is not None:
        raise error
    return value


def run(desktop, *arguments, given="", **variables):
    """A script's call: no terminal anywhere."""
    environment = {**desktop.environment, **OURS, "G_DEBUG": "fatal-warnings", **variables}
    process = subprocess.Popen([OTRCTL, *arguments], env=environment, cwd=desktop.folder,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True)
    out, err = in_background(lambda: process.communicate(given.encode(), timeout=110),
                              "otrctl " + " ".join(arguments))
    return Result(process.returncode, out.decode(), err.decode())


def done(desktop, *arguments, **options):
    """A call that must succeed; what it printed."""
    result = run(desktop, *arguments, **options)
    assert result.status == 0, (arguments, result)
    return result.out


def fails(desktop, status, *arguments, **options):
    """A call that must end with that status, saying why; what it said."""
    result = run(desktop, *arguments, **options)
    assert result.status == status, (arguments, result)
    assert "otrctl: " in result.err, result
    return result.err


class Terminal:
    """A person's call: a terminal of its own, and answers to what it asks."""

    def __init__(self, desktop, *arguments, columns=0, **variables):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        self.screen = b""
        self.process = subprocess.Popen(
            [OTRCTL, *arguments], env={**desktop.environment, **OURS, "TERM": "xterm", **variables},
            cwd=desktop.folder, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(self.slave)

    def _read_until(self, expected):
        while expected is None or expected not in self.screen:
            assert select.select([self.master], [], [], 110)[0], (expected, self.screen)
            try:
                self.screen += os.read(self.master, 4096)
            except OSError:  # the other end is closed: the program has ended
                assert expected is None, (expected, self.screen)
                return

    def _talk(self, dialog):
        for expected, answer in dialog:
            self._read_until(expected.encode())
            os.write(self.master, answer.encode())
        self._read_until(None)
        return self.process.wait(110)

    def talk(self, *dialog, wait=wait_until):
        """Answers each (what appears, what is typed), to the end of the program."""
        try:
            status = in_background(lambda: self._talk(dialog), "the dialog", wait)
        finally:
            os.close(self.master)
            self.process.kill()
            self.process.wait()
        return status, self.screen.decode()
