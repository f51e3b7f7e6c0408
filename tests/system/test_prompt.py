#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A locked gnome-keyring, and prompts that are answered, dismissed, or taken
away with the keyring that showed them."""
import contextlib
import os
import subprocess

from gi.repository import Gio, GLib

import children
import tap
from desktop import PASSWORD, Desktop, wait_until
from messenger import Client

INTERACTIVE = Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION


class Prompter:
    def __init__(self, desktop, delay, *answers):
        self.process = desktop.start([os.environ["OTRD_MOCK_PROMPTER"], str(delay), *answers],
                                     stdout=subprocess.PIPE, stderr=desktop.log)
        self.name = self.process.stdout.readline().decode().strip()

    def wait_for_prompt(self):
        assert self.process.stdout.readline() == b"prompt\n"

    def count_prompts(self):
        self.process.terminate()
        return self.process.stdout.read().count(b"prompt\n")


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


def state_of(desktop):
    return Client(desktop).property("Vault")


def without_the_flag_nobody_is_prompted():
    with locked_desktop(0, "ok:" + PASSWORD) as (desktop, prompter):
        assert Unlock(desktop, Gio.DBusCallFlags.NONE).wait() == "im.otrd1.Error.Locked"
        assert state_of(desktop) == "locked"
        assert prompter.count_prompts() == 0


def an_answered_prompt_unlocks_and_others_are_served_meanwhile():
    with locked_desktop(400, "ok:" + PASSWORD) as (desktop, prompter):
        unlock = Unlock(desktop)
        prompter.wait_for_prompt()
        assert state_of(desktop) == "unlocking"
        assert not unlock.is_over
        assert unlock.wait() is None
        assert state_of(desktop) == "ready"


def a_wrong_password_is_asked_for_again_by_the_keyring():
    with locked_desktop(50, "ok:wrong", "ok:" + PASSWORD) as (desktop, _):
        assert Unlock(desktop).wait() is None
        assert state_of(desktop) == "ready"


def a_dismissed_prompt_is_an_answer():
    with locked_desktop(50, "cancel") as (desktop, prompter):
        assert Unlock(desktop).wait() == "im.otrd1.Error.Dismissed"
        assert state_of(desktop) == "locked"
        assert prompter.count_prompts() <= 1


def a_hundred_callers_cause_one_prompt():
    with locked_desktop(400, "ok:" + PASSWORD) as (desktop, prompter):
        unlocks = [Unlock(desktop) for _ in range(100)]
        assert [unlock.wait() for unlock in unlocks] == [None] * 100
        assert prompter.count_prompts() == 1


def a_keyring_that_dies_while_it_prompts_is_noticed():
    with locked_desktop(60000, "ok:" + PASSWORD) as (desktop, prompter):
        unlock = Unlock(desktop)
        prompter.wait_for_prompt()
        desktop.keyring.kill()
        assert unlock.wait() == "im.otrd1.Error.KeyStoreUnavailable"
        assert state_of(desktop) == "unavailable"
        del desktop.environment["GNOME_KEYRING_TEST_PROMPTER"]
        desktop.start_keyring()
        wait_until(lambda: state_of(desktop) == "ready", "the new keyring opens the vault")


tap.run({
    "without the flag nobody is prompted": without_the_flag_nobody_is_prompted,
    "an answered prompt unlocks, and others are served meanwhile":
        an_answered_prompt_unlocks_and_others_are_served_meanwhile,
    "a wrong password is asked for again by the keyring":
        a_wrong_password_is_asked_for_again_by_the_keyring,
    "a dismissed prompt is an answer": a_dismissed_prompt_is_an_answer,
    "a hundred callers cause one prompt": a_hundred_callers_cause_one_prompt,
    "a keyring that dies while it prompts is noticed":
        a_keyring_that_dies_while_it_prompts_is_noticed,
}, watchdog=280)
