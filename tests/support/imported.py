# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Accounts with keys in no time: those of the fixtures, imported under any names."""
import os
import pathlib
import re

from gi.repository import Gio, GLib

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"


def read_key(fixture):
    """The expression of the private key alone."""
    text = (FIXTURES / (fixture + ".key")).read_text()
    return re.search(r"\(private-key.*?\n \)\n", text, re.DOTALL).group(0)


def import_keys(client, folder, accounts, protocol="prpl-jabber"):
    """accounts: their names, each with the fixture whose key it gets."""
    keys = {fixture: read_key(fixture) for fixture in set(accounts.values())}
    path = pathlib.Path(folder) / "imported-keys"
    path.write_text("(privkeys\n" + "".join(
        ' (account\n(name "%s")\n(protocol %s)\n%s )\n' % (name, protocol, keys[fixture])
        for name, fixture in accounts.items()) + ")\n")
    descriptors = Gio.UnixFDList()
    descriptor = os.open(path, os.O_RDONLY)
    handle = descriptors.append(descriptor)
    os.close(descriptor)
    reply, _ = client.connection.call_with_unix_fd_list_sync(
        "im.otrd1", "/im/otrd1", "im.otrd1.Manager", "Import",
        GLib.Variant("(sa{sh}a{sv})", ("libotr", {"private-keys": handle}, {})), None,
        Gio.DBusCallFlags.NONE, 100000, descriptors, None)
    path.unlink()
    report = reply.unpack()[0]
    assert len(report["added"]) == len(accounts), report
