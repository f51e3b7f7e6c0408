# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Child processes that never outlive the test, however it ends."""
import atexit
import ctypes
import signal
import subprocess

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_started = []


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(arguments, **options):
    process = subprocess.Popen(arguments, preexec_fn=_die_with_parent, **options)
    _started.append(process)
    return process


def end(process, timeout=30):
    """Asks a child to end, makes it end if it does not; returns its status."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    finally:
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@atexit.register
def end_all():
    while _started:
        end(_started.pop())
