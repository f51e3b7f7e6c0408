# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plugin switchboard.c in a Pidgin, by Pidgin's D-Bus interface."""
import os

PLUGIN = os.environ["OTRD_SWITCHBOARD"]


def order(pidgin, *words):
    """Whether it could be done."""
    pidgin.call("PurplePrefsSetString", "(ss)", "/switchboard/order", "")
    pidgin.call("PurplePrefsSetString", "(ss)", "/switchboard/order", " ".join(words))
    return pidgin.call("PurplePrefsGetString", "(s)", "/switchboard/answer") == "yes"


def is_loaded(pidgin, plugin):
    return order(pidgin, "is-loaded", plugin)
