#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A vault that is locked with the screen, or when nobody has wanted anything for
a while, if the user wishes so."""
import contextlib
import os
import subprocess

from gi.repository import Gio, GLib

import talk
import tap
from desktop import Desktop, wait_until
from keyring_lock import set_keyring_locked
from messenger import Client, options_of
from screen_fakes import OTHER_SESSION, Logind, ScreenSaver


def wish(client, **options):
    client.manager("SetAutoLock", "(a{sv})", options_of(options))


def wait_for(client, state):
    wait_until(lambda: client.property("Vault") == state, "the vault is " + state)


def otrctl(desktop, *arguments):
    done = subprocess.run([os.environ["OTRD_OTRCTL"], *arguments], env=desktop.environment,
                          capture_output=True, text=True, timeout=110, check=False)
    return done.returncode, done.stdout


@contextlib.contextmanager
def filled_desktop(screen=None):
    with Desktop() as desktop:
        client = Client(desktop)
        client.open_account("xmpp", talk.ALICE)
        if screen is not None:
            wish(client, screen=screen)
        yield desktop, client


def state_after(desktop, saver, is_active):
    """When what must not happen has had its time."""
    saver.set_active(is_active)
    desktop.let_pass(0.5)
    return Client(desktop).property("Vault")


def it_is_off_until_the_user_wishes_it():
    with filled_desktop() as (desktop, client):
        saver = ScreenSaver(desktop)
        assert client.property("LockWithScreen") is False
        assert client.property("LockWhenIdle") == 0
        assert state_after(desktop, saver, True) == "ready"
        wish(client, screen=True)
        wait_for(client, "locked")


def it_locks_and_opens_with_the_screen_saver():
    with filled_desktop(screen=True) as (desktop, client):
        saver = ScreenSaver(desktop)
        for _ in range(3):
            saver.set_active(True)
            wait_for(client, "locked")
            saver.set_active(False)
            wait_for(client, "ready")


def a_screen_that_is_unlocked_at_once_leaves_it_open():
    """Though the vault still saves a change when it hears of that."""
    with filled_desktop(screen=True) as (desktop, client):
        saver = ScreenSaver(desktop)
        for policy in ("manual", "always") * 10:
            saver.connection.call("im.otrd1", "/im/otrd1", "im.otrd1.Manager", "SetDefaultPolicy",
                                  GLib.Variant("(sa{sv})", (policy, {})), None,
                                  Gio.DBusCallFlags.NONE, 100000, None, None)
            saver.set_active(True)
            saver.set_active(False)
            desktop.let_pass(0.1)
            wait_for(client, "ready")


def the_wish_outlives_the_service():
    with filled_desktop(screen=True) as (desktop, client):
        wish(client, idle=GLib.Variant("u", 3600))
        saver = ScreenSaver(desktop)
        desktop.stop_service()
        wait_for(client, "ready")
        assert client.property("LockWithScreen") is True
        assert client.property("LockWhenIdle") == 3600
        client.manager("SetDefaultPolicy", "(sa{sv})", "manual", {})
        assert client.property("LockWithScreen") is True
        saver.set_active(True)
        wait_for(client, "locked")
        assert client.property("LockWithScreen") is True


def a_service_that_starts_behind_a_locked_screen_locks():
    with filled_desktop(screen=True) as (desktop, client):
        desktop.stop_service()
        saver = ScreenSaver(desktop, is_active=True)
        desktop.start_service()
        wait_for(client, "locked")
        saver.set_active(False)
        wait_for(client, "ready")


def what_the_user_has_locked_stays_locked():
    """Whether before or after the screen was; only Unlock() opens it."""
    with filled_desktop(screen=True) as (desktop, client):
        saver = ScreenSaver(desktop)
        client.manager("Lock")
        assert state_after(desktop, saver, True) == "locked"
        assert state_after(desktop, saver, False) == "locked"
        client.manager("Unlock")
        saver.set_active(True)
        wait_for(client, "locked")
        client.manager("Lock")
        assert state_after(desktop, saver, False) == "locked"
        client.manager("Unlock")
        assert client.property("Vault") == "ready"


def the_screen_raises_no_prompt_and_the_keyring_may_open_it_later():
    with filled_desktop(screen=True) as (desktop, client):
        saver = ScreenSaver(desktop)
        saver.set_active(True)
        wait_for(client, "locked")
        set_keyring_locked(desktop, True)
        assert state_after(desktop, saver, False) == "locked"
        set_keyring_locked(desktop, False)
        wait_for(client, "ready")


def it_locks_and_opens_with_logind():
    with Desktop() as desktop:
        logind = Logind(desktop)
        client = Client(desktop)
        client.open_account("xmpp", talk.ALICE)
        wish(client, screen=True)
        wait_until(lambda: logind.is_watched, "the session is watched")
        assert logind.asked == ["auto"]
        logind.say("Lock", OTHER_SESSION)
        logind.say("Lock")
        wait_for(client, "locked")
        logind.say("Unlock")
        wait_for(client, "ready")
        logind.say("Lock")
        wait_for(client, "locked")
        logind.set_hint(False)
        wait_for(client, "ready")
        logind.close()
        assert client.property("Vault") == "ready"
        assert client.property("Version") >= 1, "it lives without a system bus"


def a_private_session_goes_on_behind_the_screen():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        right = talk.open_messenger(desktop, "right", talk.BOB, talk.ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        wish(left, screen=True)
        saver = ScreenSaver(desktop)
        saver.set_active(True)
        wait_for(left, "locked")
        talk.send(left, "behind the screen")
        network.carry_all()
        assert right.texts() == ["behind the screen"]
        assert left.get("State") == "private"


def it_locks_when_nobody_wants_anything():
    """What strangers write keeps nothing open."""
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop)
        wish(messenger, idle=GLib.Variant("u", 1))
        wait_until(lambda: messenger.receive("a line") and messenger.property("Vault") == "locked",
                   "the vault is locked")
        messenger.manager("Unlock")
        wait_for(messenger, "locked")


def otrctl_shows_and_sets_it():
    with filled_desktop() as (desktop, client):
        assert otrctl(desktop, "auto-lock") == (0, "screen: off\nidle: off\n")
        assert otrctl(desktop, "auto-lock", "screen", "on") == (0, "")
        assert otrctl(desktop, "auto-lock", "idle", "600") == (0, "")
        assert otrctl(desktop, "auto-lock") == (0, "screen: on\nidle: 600\n")
        assert client.property("LockWithScreen") is True
        assert client.property("LockWhenIdle") == 600
        assert otrctl(desktop, "auto-lock", "idle", "off") == (0, "")
        assert otrctl(desktop, "auto-lock", "screen", "off") == (0, "")
        assert otrctl(desktop, "auto-lock") == (0, "screen: off\nidle: off\n")
        for wrong in (["idle", "soon"], ["idle", "-1"], ["idle", "0"], ["screen", "600"], ["door"]):
            assert otrctl(desktop, "auto-lock", *wrong)[0] != 0, wrong


tap.run({
    "it is off until the user wishes it": it_is_off_until_the_user_wishes_it,
    "it locks and opens with the screen saver": it_locks_and_opens_with_the_screen_saver,
    "a screen that is unlocked at once leaves it open":
        a_screen_that_is_unlocked_at_once_leaves_it_open,
    "the wish outlives the service": the_wish_outlives_the_service,
    "a service that starts behind a locked screen locks":
        a_service_that_starts_behind_a_locked_screen_locks,
    "what the user has locked stays locked": what_the_user_has_locked_stays_locked,
    "the screen raises no prompt, and the keyring may open it later":
        the_screen_raises_no_prompt_and_the_keyring_may_open_it_later,
    "it locks and opens with logind": it_locks_and_opens_with_logind,
    "a private session goes on behind the screen": a_private_session_goes_on_behind_the_screen,
    "it locks when nobody wants anything": it_locks_when_nobody_wants_anything,
    "otrctl shows and sets it": otrctl_shows_and_sets_it,
}, watchdog=280)
