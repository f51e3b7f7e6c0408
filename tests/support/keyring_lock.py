# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The keyring of a desktop, locked and unlocked while it runs."""
from gi.repository import GLib

from desktop import PASSWORD


def set_keyring_locked(desktop, locked):
    """As a person does with the keyring's own program."""
    collection = "/org/freedesktop/secrets/collection/login"
    if locked:
        desktop.call("org.freedesktop.secrets", "/org/freedesktop/secrets",
                     "org.freedesktop.Secret.Service", "Lock",
                     GLib.Variant("(ao)", ([collection],)))
        return
    session = desktop.call("org.freedesktop.secrets", "/org/freedesktop/secrets",
                           "org.freedesktop.Secret.Service", "OpenSession",
                           GLib.Variant("(sv)", ("plain", GLib.Variant("s", ""))))[1]
    desktop.call("org.freedesktop.secrets", "/org/freedesktop/secrets",
                 "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
                 "UnlockWithMasterPassword",
                 GLib.Variant("(o(oayays))", (collection, (session, b"", PASSWORD.encode(),
                                                           "text/plain"))))
