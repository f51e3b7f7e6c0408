# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service taken away, so that D-Bus cannot start it again, and brought back."""
import os
import signal

from desktop import ACTIVATION


def take_service_away(desktop):
    _set_program(desktop, "/bin/false")
    desktop.stop_service(signal.SIGKILL)


def bring_service_back(desktop):
    _set_program(desktop, os.environ["OTRD_SERVICE"])


def _set_program(desktop, program):
    (desktop.folder / "services" / "im.otrd1.service").write_text(
        ACTIVATION.format(name="im.otrd1", program=program))
    desktop.connection.call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig",
        None, None, 0, 30000, None)
