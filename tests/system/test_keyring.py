#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service and a keyring that hangs, dies, comes back locked, loses the key;
and two services that begin at once."""
import signal

from gi.repository import GLib

import fake_keyring
import tap
from desktop import Desktop, wait_until
from messenger import Client, ContractError
from prompting import INTERACTIVE, Unlock, locked_desktop

ACCOUNT, LATER = "alice@example.org", "later@example.org"
KEYRING = "org.freedesktop.secrets"
LOGIN = "/org/freedesktop/secrets/collection/login"


def wait_for_state(client, state):
    wait_until(lambda: client.property("Vault") == state, "the vault is " + state)


def filled(desktop):
    client = Client(desktop)
    client.open_account("xmpp", ACCOUNT)
    return client


def has_account(client, name):
    try:
        client.open_account("xmpp", name, create=False)
    except ContractError as error:
        assert error.name == "NotFound", error.name
        return False
    return True


def restart_keyring(desktop, unlock):
    desktop.stop_keyring()
    desktop.wait_for_name(KEYRING, False)
    desktop.start_keyring(unlock=unlock)


# Hung
def a_keyring_that_hung_and_goes_on_opens_the_vault_without_a_call():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.stop_service()
        desktop.keyring.send_signal(signal.SIGSTOP)
        desktop.start_service()
        wait_for_state(client, "unavailable")
        desktop.keyring.send_signal(signal.SIGCONT)
        wait_for_state(client, "ready")
        assert len(desktop.keyring_items()) == 1


def a_keyring_that_hung_for_a_while_under_an_open_vault_is_followed_after():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.keyring.send_signal(signal.SIGSTOP)
        client.open_account("xmpp", LATER)
        assert client.property("Vault") == "ready"
        desktop.keyring.send_signal(signal.SIGCONT)
        lock_keyring(desktop)
        wait_for_state(client, "locked")


# Restarted
def lock_keyring(desktop):
    desktop.call(KEYRING, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock",
                 GLib.Variant("(ao)", ([LOGIN],)))


def an_open_vault_outlives_its_keyring_and_is_locked_with_the_next():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.stop_keyring()
        desktop.wait_for_name(KEYRING, False)
        client.open_account("xmpp", LATER)
        assert client.property("Vault") == "ready"
        desktop.start_keyring(unlock=False)
        wait_for_state(client, "locked")
        restart_keyring(desktop, unlock=True)
        wait_for_state(client, "ready")
        assert has_account(client, LATER)


# Lost keys
def wait_for_key(desktop):
    signals = desktop.connection.signal_subscribe(
        None, "org.freedesktop.Secret.Collection", None, None, None, 0, lambda *_: None)
    wait_until(desktop.keyring_items, "the key is back")
    desktop.connection.signal_unsubscribe(signals)


def a_deleted_key_is_put_back_and_opens_the_vault_after_a_restart():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.delete_keyring_items()
        wait_for_key(desktop)
        client.open_account("xmpp", LATER)
        assert client.manager("CheckVault")[0]["key"] == "kept"
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "ready")
        assert has_account(client, LATER)
        assert len(desktop.keyring_items()) == 1


def a_key_deleted_while_the_keyring_was_away_is_put_back():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.stop_keyring()
        desktop.wait_for_name(KEYRING, False)
        for file in (desktop.home / ".local/share/keyrings").iterdir():
            file.unlink()
        desktop.start_keyring()
        wait_for_key(desktop)
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "ready")
        assert has_account(client, ACCOUNT)


def a_key_that_the_keyring_does_not_take_back_is_told_of():
    with Desktop(keyring=False) as desktop:
        keyring = fake_keyring.Remote(desktop)
        keyring.tell("start")
        client = filled(desktop)
        keyring.tell("set fail CreateItem", "delete")
        wait_for_state(client, "read-only")
        report = client.manager("CheckVault")[0]
        assert (report["key"], report["sound"]) == ("missing", False), report
        client.open_account("xmpp", LATER)
        keyring.tell("heal")
        wait_for_state(client, "ready")
        report = client.manager("CheckVault")[0]
        assert (report["key"], report["sound"]) == ("kept", True), report
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "ready")
        assert has_account(client, LATER)


# Locks of the user's
def lock_while_the_keyring_is_away_is_a_lock():
    with Desktop() as desktop:
        client = filled(desktop)
        desktop.stop_service()
        desktop.stop_keyring()
        desktop.wait_for_name(KEYRING, False)
        desktop.start_service()
        wait_for_state(client, "unavailable")
        client.manager("Lock")
        assert client.property("Vault") == "locked"
        desktop.start_keyring()
        assert client.property("Vault") == "locked"
        try:
            client.open_account("xmpp", LATER)
        except ContractError as error:
            assert error.name == "Locked", error.name
        client.manager("Unlock")
        assert client.property("Vault") == "ready"


def lock_while_a_prompt_is_up_does_not_wait_for_it():
    with locked_desktop(600000, "cancel") as (desktop, prompter):
        client = Client(desktop)
        unlock = Unlock(desktop, INTERACTIVE)
        prompter.wait_for_prompt()
        assert client.property("Vault") == "unlocking"
        client.manager("Lock")
        assert client.property("Vault") == "locked"
        assert unlock.wait() == "im.otrd1.Error.Locked"
        again = Unlock(desktop, INTERACTIVE)
        wait_for_state(client, "unlocking")
        desktop.stop_keyring()
        assert again.wait() == "im.otrd1.Error.KeyStoreUnavailable"


# The real service and faults
def a_prompt_that_never_ends_holds_up_nobody():
    with Desktop(keyring=False) as desktop:
        keyring = fake_keyring.Remote(desktop)
        keyring.tell("start")
        client = filled(desktop)
        desktop.stop_service()
        items = keyring.tell("items")
        keyring.tell("lock", "set prompt never")
        unlock = Unlock(desktop, INTERACTIVE)
        wait_for_state(client, "unlocking")
        while keyring.tell("calls Prompt") != "1":
            desktop.let_pass(0.05)
        Client(desktop).manager("ListClients")
        assert not unlock.is_over, unlock.error
        keyring.tell("stop")
        assert unlock.wait() == "im.otrd1.Error.KeyStoreUnavailable"
        keyring.tell("heal")
        wait_for_state(client, "ready")
        assert keyring.tell("items") == items


def a_keyring_that_prompts_for_each_item_takes_the_first_key():
    with Desktop(keyring=False) as desktop:
        keyring = fake_keyring.Remote(desktop)
        keyring.tell("set create-prompts yes", "start")
        client = Client(desktop)
        client.manager("Unlock")
        client.open_account("xmpp", ACCOUNT)
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "ready")
        overwritten, *keys = keyring.tell("items").split(" ")
        assert (overwritten, len(keys)) == ("0", 1)


# Two services
class SecondBus(Desktop):
    """Another session of the same person: a bus of its own, the same HOME."""

    def __init__(self, first):
        self.first = first
        super().__init__(keyring=False)

    def start(self, arguments, **options):
        self.environment.update({name: self.first.environment[name]
                                 for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")})
        return super().start(arguments, **options)


class Opening:
    """A call of OpenAccount() that does not wait."""

    def __init__(self, desktop, name):
        self.error, self.is_over = None, False
        desktop.connection.call("im.otrd1", "/im/otrd1", "im.otrd1.Manager", "OpenAccount",
                                GLib.Variant("(ssa{sv})", ("xmpp", name, {})), None, INTERACTIVE,
                                110000, None, self._on_answered)

    def _on_answered(self, connection, result):
        try:
            connection.call_finish(result)
        except GLib.Error as error:
            self.error = error.message
        self.is_over = True


def refused_by(desktop):
    """Who came while the folder was waited for was told that it is locked, and who comes after why."""
    opening = Opening(desktop, ACCOUNT)
    wait_until(lambda: opening.is_over, "an answer")
    return opening.error


def of_two_services_that_begin_at_once_one_has_the_vault():
    with Desktop() as first, SecondBus(first) as second:
        second.start_keyring()
        openings = {desktop: Opening(desktop, ACCOUNT) for desktop in (first, second)}
        wait_until(lambda: all(o.is_over for o in openings.values()), "both are answered")
        holders = [desktop for desktop, opening in openings.items() if opening.error is None]
        refused = [opening.error for opening in openings.values() if opening.error is not None]
        assert len(holders) == 1 and len(refused) == 1, refused
        other = second if holders[0] is first else first
        wait_for_state(Client(other), "unavailable")
        assert "another" in refused_by(other), "it has waited for the folder"
        assert len(holders[0].keyring_items()) == 1
        holders[0].stop_service()
        if other.find_service():
            other.stop_service()
        holders[0].stop_keyring()
        restart_keyring(other, unlock=True)
        client = Client(other)
        other.start_service()
        wait_for_state(client, "ready")
        assert has_account(client, ACCOUNT)
        assert len(other.keyring_items()) == 1


tap.run({function.__name__.replace("_", " "): function for function in (
    a_keyring_that_hung_and_goes_on_opens_the_vault_without_a_call,
    a_keyring_that_hung_for_a_while_under_an_open_vault_is_followed_after,
    an_open_vault_outlives_its_keyring_and_is_locked_with_the_next,
    a_deleted_key_is_put_back_and_opens_the_vault_after_a_restart,
    a_key_deleted_while_the_keyring_was_away_is_put_back,
    a_key_that_the_keyring_does_not_take_back_is_told_of,
    lock_while_the_keyring_is_away_is_a_lock,
    lock_while_a_prompt_is_up_does_not_wait_for_it,
    a_prompt_that_never_ends_holds_up_nobody,
    a_keyring_that_prompts_for_each_item_takes_the_first_key,
    of_two_services_that_begin_at_once_one_has_the_vault,
)}, watchdog=280)
