#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passphrases are asked for by the person's pinentry, where there is one."""
import os
import pathlib

import otrctl_run
import tap
from desktop import Desktop
from otrctl_run import Terminal, done, fails, run
from talk import ALICE

SCRIPTED = pathlib.Path(__file__).parents[1] / "support" / "scripted-pinentry"
PASSPHRASE = "50% of all bat\u00efteries"
DISMISSED = 5
otrctl_run.OURS = {}  # here it is what is tested


class Pinentry:
    """On the PATH, as a person has it."""

    def __init__(self, desktop):
        self.script = desktop.folder / "script"
        folder = desktop.folder / "bin"
        folder.mkdir()
        (folder / "pinentry").symlink_to(SCRIPTED)
        desktop.environment["PATH"] = "%s:%s" % (folder, os.environ["PATH"])
        desktop.environment["PINENTRY_SCRIPT"] = str(self.script)

    def will(self, *answers):
        self.script.write_text("\n".join(answers), encoding="utf-8")

    def is_done(self):
        return not self.script.read_text(encoding="utf-8")

    def said(self):
        return pathlib.Path(str(self.script) + ".said").read_text(encoding="utf-8")


def with_passphrase(desktop, pinentry):
    pinentry.will("pin " + PASSPHRASE, "pin " + PASSPHRASE)
    done(desktop, "key-store", "passphrase")
    assert pinentry.is_done()
    done(desktop, "account", "add", "xmpp", ALICE)


def lock(desktop):
    done(desktop, "lock")


def it_asks_for_a_new_passphrase_twice_and_to_unlock():
    with Desktop(keyring=False) as desktop:
        pinentry = Pinentry(desktop)
        with_passphrase(desktop, pinentry)
        lock(desktop)
        done(desktop, "unlock", "--passphrase-stdin", given=PASSPHRASE + "\n")
        lock(desktop)
        pinentry.will("pin " + PASSPHRASE)
        done(desktop, "unlock")
        assert ALICE in done(desktop, "accounts")
        said = pinentry.said()
        assert "SETDESC The passphrase that opens the vault." in said, said
        assert "OPTION lc-ctype=C.UTF-8" in said and "BYE" in said and PASSPHRASE not in said, said


def what_differs_is_asked_for_again():
    with Desktop(keyring=False) as desktop:
        pinentry = Pinentry(desktop)
        pinentry.will("pin one", "pin two", "pin " + PASSPHRASE, "pin " + PASSPHRASE)
        done(desktop, "key-store", "passphrase")
        assert "SETERROR the two passphrases differ" in pinentry.said()
        pinentry.will(*["pin one", "pin two"] * 3)
        assert "differ" in fails(desktop, 2, "key-store", "passphrase")
        assert pinentry.is_done()


def a_dismissed_one_is_an_answer():
    with Desktop(keyring=False) as desktop:
        pinentry = Pinentry(desktop)
        with_passphrase(desktop, pinentry)
        lock(desktop)
        pinentry.will("cancel", "pin " + PASSPHRASE)
        fails(desktop, DISMISSED, "unlock")
        assert not pinentry.is_done()


def it_asks_for_backups_too():
    with Desktop(keyring=False) as desktop, Desktop() as other:
        pinentry = Pinentry(desktop)
        with_passphrase(desktop, pinentry)
        backup = desktop.folder / "backup"
        pinentry.will("pin of the backup", "pin of the backup")
        done(desktop, "vault", "backup", str(backup))
        assert pinentry.is_done()
        pinentry = Pinentry(other)
        pinentry.will("pin of the backup")
        done(other, "vault", "restore", str(backup))
        assert ALICE in done(other, "accounts")


def where_it_cannot_ask_the_terminal_does():
    with Desktop(keyring=False) as desktop:
        pinentry = Pinentry(desktop)
        with_passphrase(desktop, pinentry)
        prompt = "Passphrase of the vault: "
        for answer, variables in (("fail", {}), ("end", {}), ("pin x", {"OTRCTL_PINENTRY": "none"}),
                                  ("pin x", {"OTRCTL_PINENTRY": ""}),
                                  ("pin x", {"OTRCTL_PINENTRY": "/nowhere"})):
            lock(desktop)
            pinentry.will(answer)
            status, screen = Terminal(desktop, "unlock", **variables).talk(
                (prompt, PASSPHRASE + "\r"))
            assert status == 0 and PASSPHRASE not in screen, screen
            assert pinentry.is_done() == (not variables)


def another_one_can_be_chosen():
    with Desktop(keyring=False) as desktop:
        pinentry = Pinentry(desktop)
        with_passphrase(desktop, pinentry)
        lock(desktop)
        pinentry.will("pin " + PASSPHRASE)
        (desktop.folder / "bin" / "pinentry").unlink()
        assert run(desktop, "unlock", OTRCTL_PINENTRY=str(SCRIPTED)).status == 0
        assert pinentry.is_done()


tap.run({
    "it asks for a new passphrase twice, and to unlock":
        it_asks_for_a_new_passphrase_twice_and_to_unlock,
    "what differs is asked for again": what_differs_is_asked_for_again,
    "a dismissed one is an answer": a_dismissed_one_is_an_answer,
    "it asks for backups too": it_asks_for_backups_too,
    "where it cannot ask, the terminal does": where_it_cannot_ask_the_terminal_does,
    "another one can be chosen": another_one_can_be_chosen,
}, watchdog=280)
