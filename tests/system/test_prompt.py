#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A locked gnome-keyring, and prompts that are answered, dismissed, or taken
away with the keyring that showed them."""
from gi.repository import Gio

import tap
from desktop import PASSWORD, wait_until
from messenger import Client
from prompting import Unlock, locked_desktop


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
