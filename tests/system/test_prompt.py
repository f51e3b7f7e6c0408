#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A locked gnome-keyring, and prompts that are answered, dismissed, or taken
away with the keyring that showed them."""
import contextlib

from gi.repository import Gio

import children
import talk
import tap
from desktop import PASSWORD, Desktop, wait_until
from keyring_lock import set_keyring_locked
from messenger import Client, ContractError
from prompter import UNANSWERED, Prompter
from prompting import Unlock, locked_desktop

@contextlib.contextmanager
def standing_prompt(desktop, prompter):
    """Unlock() is called, and nobody answers its prompt."""
    unlock = Unlock(desktop)
    prompter.wait_for_prompt()
    yield
    assert not unlock.is_over


@contextlib.contextmanager
def prompting_desktop(unlock=True):
    """A keyring whose prompts nobody answers."""
    with Desktop(keyring=False) as desktop:
        prompter = Prompter(desktop, UNANSWERED, "ok:" + PASSWORD)
        desktop.environment["GNOME_KEYRING_TEST_PROMPTER"] = prompter.name
        desktop.start_keyring(unlock)
        yield desktop, prompter
        children.end(prompter.process)


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


def error_of(call, *arguments):
    try:
        call(*arguments)
    except ContractError as error:
        return error.name
    return None


def who_comes_while_a_prompt_stands_is_told_at_once_that_it_is_locked():
    """With the flag that allows a prompt, too: these methods never wait for a person."""
    with locked_desktop(UNANSWERED, "ok:" + PASSWORD) as (desktop, prompter):
        with standing_prompt(desktop, prompter):
            client = Client(desktop)
            assert error_of(client.open_account, "xmpp", talk.ALICE) == "Locked"
            assert error_of(client.open_account, "xmpp", talk.BOB) == "Locked"
            assert error_of(client.manager, "OpenSession", "(sssa{sv})", "xmpp", talk.ALICE,
                            talk.BOB, {}) == "Locked"
            assert error_of(client.manager, "SetGrant", "(ssssa{sv})", "org.example.App", "xmpp",
                            talk.ALICE, "allow", {}) == "Locked"
            assert state_of(desktop) == "unlocking"


def a_private_session_goes_on_while_a_prompt_stands():
    with prompting_desktop() as (desktop, prompter):
        left = talk.open_messenger(desktop)
        right = talk.open_messenger(desktop, "right", talk.BOB, talk.ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        set_keyring_locked(desktop, True)
        wait_until(lambda: left.property("Vault") == "locked", "the vault follows")
        with standing_prompt(desktop, prompter):
            talk.send(left, "still here")
            network.carry_all()
            assert right.texts() == ["still here"]
            again = talk.open_messenger(desktop, "again")
            assert again.path == left.path and again.opened["State"] == "private"


def nobody_waits_for_the_prompt_for_the_key_of_a_new_vault():
    with prompting_desktop(unlock=False) as (desktop, prompter):
        client = Client(desktop)
        assert client.property("Vault") == "new"
        with standing_prompt(desktop, prompter):
            assert error_of(client.open_account, "xmpp", talk.ALICE) == "Locked"
            assert error_of(client.open_account, "xmpp", talk.BOB) == "Locked"
            assert state_of(desktop) == "new"


tap.run({
    "who comes while a prompt stands is told at once that it is locked":
        who_comes_while_a_prompt_stands_is_told_at_once_that_it_is_locked,
    "a private session goes on while a prompt stands":
        a_private_session_goes_on_while_a_prompt_stands,
    "nobody waits for the prompt for the key of a new vault":
        nobody_waits_for_the_prompt_for_the_key_of_a_new_vault,
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
