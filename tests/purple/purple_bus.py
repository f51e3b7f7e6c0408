# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The D-Bus interface that libpurple gives to each of its programs."""
from gi.repository import GLib

NAME, PATH, INTERFACE = ("im.pidgin.purple.PurpleService", "/im/pidgin/purple/PurpleObject",
                         "im.pidgin.purple.PurpleInterface")
SECONDS = 90


def call(desktop, method, signature="()", *arguments):
    answer = desktop.call(NAME, PATH, INTERFACE, method, GLib.Variant(signature, arguments),
                          timeout=SECONDS)
    return answer[0] if answer else None
