# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways in which a vault comes to each of its states, by what a person, a
keyring or a disk does to it: from the start of the service, and while it runs
(then accounts and sessions are there)."""
import contextlib
import fcntl

from gi.repository import Gio, GLib

import children
from desktop import PASSWORD, Desktop, wait_until
from keyring_lock import set_keyring_locked
from messenger import Client, ContractError
from prompter import UNANSWERED, Prompter

ALICE = "alice@example.org"
INTERACTIVE = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION


class Place:
    """A desktop whose keyring's prompts are all dismissed, or stand for ever."""

    def __init__(self, answered=True):
        self.desktop = Desktop(keyring=False)
        self.prompter = Prompter(self.desktop, 30 if answered else UNANSWERED, *["cancel"] * 40)
        self.desktop.environment["GNOME_KEYRING_TEST_PROMPTER"] = self.prompter.name
        self.desktop.start_keyring()
        self.client = Client(self.desktop)
        self.folder = self.desktop.home / ".local/share/otrd"
        self.leftovers = contextlib.ExitStack()

    def fill(self):
        self.client.open_account("xmpp", ALICE)

    def unlock(self):
        """Without a prompt, whatever comes of it."""
        with contextlib.suppress(GLib.Error):
            self.desktop.call("im.otrd1", "/im/otrd1", "im.otrd1.Manager", "Unlock",
                              GLib.Variant("(a{sv})", ({},)))

    def wait_for(self, state):
        wait_until(lambda: self.client.property("Vault") == state, "the vault is " + state)

    def close(self, keep_log=False):
        self.leftovers.close()
        children.end(self.prompter.process)
        self.desktop.close(keep_log)


def restarted(change):
    """The service finds it so when it starts."""
    def prepare(place):
        place.fill()
        place.desktop.stop_service()
        change(place)
        place.desktop.start_service()
    return prepare


def reopened(change):
    """It is locked, changed, and cannot be opened again."""
    def prepare(place):
        place.client.manager("Lock")
        change(place)
        place.unlock()
    return prepare


def nothing(place):
    pass


def restart_keyring_locked(place):
    place.desktop.stop_keyring()
    place.desktop.start_keyring(unlock=False)


def lock_keyring(place):
    set_keyring_locked(place.desktop, True)


def lock(place):
    place.client.manager("Lock")


def prompt(place):
    """Somebody calls Unlock(), and looks at its prompt."""
    lock_keyring(place)
    place.wait_for("locked")
    place.desktop.connection.call("im.otrd1", "/im/otrd1", "im.otrd1.Manager", "Unlock",
                                  GLib.Variant("(a{sv})", ({},)), None, INTERACTIVE, -1, None, None)
    place.prompter.wait_for_prompt()


def take_folder_away(place):
    place.folder.rename(place.folder.with_name("away"))
    with contextlib.suppress(ContractError):
        place.client.manager("SetDefaultPolicy", "(sa{sv})", "manual", {})


def link_folder(place):
    place.folder.rename(place.folder.with_name("away"))
    place.folder.symlink_to("away")


def hold_folder(place):
    """As another otrd of the user would, on another bus."""
    lock = place.leftovers.enter_context(open(place.folder / "lock", "rb"))
    fcntl.flock(lock, fcntl.LOCK_EX)


def stop_keyring(place):
    place.desktop.stop_keyring()


def delete_key(place):
    place.desktop.delete_keyring_items()


def damage(place):
    (place.folder / "trust").write_bytes(b"")


# {column of the tables: (the state, {way: how})}. A way that is `later` is taken with accounts and
# sessions there.
EARLY = {
    "new": ("new", {"nothing is there": nothing}),
    "locked": ("locked", {"the keyring is locked": restarted(restart_keyring_locked)}),
    "unavailable": ("unavailable", {"there is no keyring": restarted(stop_keyring)}),
    "folder": ("unavailable", {"the folder is a link": restarted(link_folder)}),
    "in use": ("unavailable", {"another process has the folder": restarted(hold_folder)}),
    "keyless": ("keyless", {"its key was deleted": restarted(delete_key)}),
    "damaged": ("damaged", {"a file is empty": restarted(damage)}),
}
LATER = {
    "ready": ("ready", {"all is well": nothing}),
    "locked": ("locked", {"the keyring was locked": lock_keyring}),
    "Lock()": ("locked", {"Lock() was called": lock}),
    "unlocking": ("unlocking", {"a prompt stands": prompt}),
    "read-only": ("read-only", {"the folder was taken away": take_folder_away}),
    "unavailable": ("unavailable", {"the keyring has gone": reopened(stop_keyring)}),
    "keyless": ("keyless", {"its key was deleted later": reopened(delete_key)}),
    "damaged": ("damaged", {"a file was emptied": reopened(damage)}),
}
