#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The vault with a real KeePassXC as the keyring, which hides what is locked and
answers even CreateItem with a prompt."""
import base64
import re
import subprocess
import uuid

from gi.repository import GLib

import children
import tap
from desktop import Desktop, wait_until
from messenger import Client, ContractError

ACCOUNT = "alice@example.org"
KEYRING = "org.freedesktop.secrets"
DEFAULT, COLLECTION = "/org/freedesktop/secrets/aliases/default", "org.freedesktop.Secret.Collection"
WINDOW = "org.keepassxc.KeePassXC.MainWindow"
PASSWORD = "pw"
EXPOSED = ("<Binaries/><CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key>"
           "<Value>{%s}</Value></Item></CustomData>")
SETTINGS = """[General]
ConfigVersion=2
UpdateCheckMessageShown=true
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
ShowNotification=false
ConfirmAccessItem=false
"""


class KeePassXC:
    """A database whose root group is the default collection."""

    def __init__(self, desktop):
        self.desktop, self.process = desktop, None
        desktop.environment["QT_QPA_PLATFORM"] = "offscreen"
        # It looks for another KeePassXC of the user's there, and lets that one do it.
        desktop.environment["TMPDIR"] = desktop.environment["XDG_RUNTIME_DIR"]
        (desktop.folder / "settings.ini").write_text(SETTINGS)
        self._make_database()

    def _cli(self, text, *arguments):
        return subprocess.run(["keepassxc-cli", *arguments], input=text, cwd=self.desktop.folder,
                              env=self.desktop.environment, check=True, capture_output=True,
                              text=True, timeout=100).stdout

    def _make_database(self):
        """What the settings' dialog writes into it can be written only as XML."""
        twice = PASSWORD + "\n" + PASSWORD + "\n"
        self._cli(twice, "db-create", "-q", "-t", "100", "-p", "plain.kdbx")
        exported = self._cli(PASSWORD + "\n", "export", "-q", "-f", "xml", "plain.kdbx")
        xml = exported[exported.index("<?xml"):exported.index("</KeePassFile>")] + "</KeePassFile>"
        group = base64.b64decode(re.search(r"<Group>\s*<UUID>([^<]+)", xml).group(1))
        (self.desktop.folder / "exposed.xml").write_text(
            xml.replace("<Binaries/>", EXPOSED % uuid.UUID(bytes=group), 1))
        self._cli(twice, "import", "-q", "-t", "100", "-p", "exposed.xml", "passwords.kdbx")

    def start(self):
        self.process = self.desktop.start(
            ["keepassxc", "--config", "settings.ini", "--localconfig", "local.ini", "--pw-stdin",
             "passwords.kdbx"],
            stdin=subprocess.PIPE, stdout=self.desktop.log, stderr=self.desktop.log)
        self.process.stdin.write(PASSWORD.encode() + b"\n")
        self.process.stdin.flush()
        self.desktop.wait_for_name(KEYRING)
        wait_until_unlocked(self.desktop)

    def stop(self):
        """It asks before it quits, and there is nobody to answer."""
        self.process.kill()
        children.end(self.process)
        self.desktop.wait_for_name(KEYRING, False)

    def lock(self):
        self.desktop.call(WINDOW, "/keepassxc", WINDOW, "lockAllDatabases")

    def unlock(self):
        self.desktop.connection.call_sync(
            WINDOW, "/keepassxc", WINDOW, "openDatabase",
            GLib.Variant("(ss)", (str(self.desktop.folder / "passwords.kdbx"), PASSWORD)), None, 0,
            100000, None)

    def count_keys(self):
        found = self.desktop.call(KEYRING, "/org/freedesktop/secrets",
                                  "org.freedesktop.Secret.Service", "SearchItems",
                                  GLib.Variant("(a{ss})", ({"otrd-object": "vault-key"},)))
        return sum(len(paths) for paths in found)


def is_unlocked(desktop):
    try:
        return not desktop.call(KEYRING, DEFAULT, "org.freedesktop.DBus.Properties", "Get",
                                GLib.Variant("(ss)", (COLLECTION, "Locked")))[0]
    except GLib.Error:
        return False


def wait_until_unlocked(desktop):
    """Its name is there before its collection, and that before its database is open. Who asks
    before that has a prompt instead, which nobody answers here."""
    signals = desktop.connection.signal_subscribe(
        KEYRING, "org.freedesktop.Secret.Service", None, None, None, 0, lambda *_: None)
    wait_until(lambda: is_unlocked(desktop), "the database is open")
    desktop.connection.signal_unsubscribe(signals)


def wait_for_state(client, state):
    wait_until(lambda: client.property("Vault") == state, "the vault is " + state)


def unlock(client):
    """Again, as the error asks for, where a busy machine makes KeePassXC slower than the deadline."""
    while True:
        try:
            client.manager("Unlock")
            return
        except ContractError as error:
            assert error.name == "KeyStoreUnavailable", error


def keepassxc_keeps_the_key_and_gives_it_again():
    with Desktop(keyring=False) as desktop:
        keyring = KeePassXC(desktop)
        keyring.start()
        client = Client(desktop)
        unlock(client)
        client.open_account("xmpp", ACCOUNT)
        assert keyring.count_keys() == 1
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "ready")
        keyring.lock()
        wait_for_state(client, "locked")
        desktop.stop_service()
        desktop.start_service()
        wait_for_state(client, "locked")
        keyring.unlock()
        wait_for_state(client, "ready")
        assert keyring.count_keys() == 1
        client.open_account("xmpp", ACCOUNT, create=False)
        keyring.stop()


tap.run({"KeePassXC keeps the key, and gives it again when it is unlocked":
         keepassxc_keeps_the_key_and_gives_it_again}, watchdog=280)
