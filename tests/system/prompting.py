# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A locked keyring whose prompts are answered by script, and a caller of Unlock()."""
import contextlib

from gi.repository import Gio, GLib

import children
from desktop import Desktop, wait_until
from messenger import Client
from prompter import Prompter

INTERACTIVE = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION


@contextlib.contextmanager
def locked_desktop(delay, *answers):
    """A vault that a keyring opens, which is locked and would prompt."""
    with Desktop() as desktop:
        Client(desktop).open_account("xmpp", "alice@example.org")
        desktop.stop_service()
        desktop.stop_keyring()
        prompter = Prompter(desktop, delay, *answers)
        desktop.environment["GNOME_KEYRING_TEST_PROMPTER"] = prompter.name
        desktop.start_keyring(unlock=False)
        desktop.start_service()
        yield desktop, prompter
        children.end(prompter.process)


class Unlock:
    """A call of Unlock() that does not wait."""

    def __init__(self, desktop, flags=INTERACTIVE):
        self.is_over, self.error = False, None
        desktop.connection.call("im.otrd1", "/im/otrd1", "im.otrd1.Manager", "Unlock",
                                GLib.Variant("(a{sv})", ({},)), None, flags, 110000, None,
                                self._on_answered)

    def _on_answered(self, connection, result):
        try:
            connection.call_finish(result)
        except GLib.Error as error:
            self.error = Gio.DBusError.get_remote_error(error)
        self.is_over = True

    def wait(self):
        wait_until(lambda: self.is_over, "an answer to Unlock")
        return self.error
