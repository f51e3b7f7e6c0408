#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pidgin-otr and ours in one Pidgin: however they are loaded, one of them acts."""
import contextlib
import os

import switchboard
import tap
import xmpp
from desktop import Desktop
from pidgin import Pidgin
from screen import Screen
from switchboard import is_loaded, order

OURS = (os.environ["OTRD_PLUGIN"], os.environ["OTRD_PIDGIN_PLUGIN"], switchboard.PLUGIN)
STOCK = "/usr/lib/pidgin/pidgin-otr.so"
LOADED = "/pidgin/plugins/loaded"


@contextlib.contextmanager
def pidgin_with(title, *plugins):
    with Desktop() as desktop, contextlib.ExitStack() as stack:
        server = xmpp.Server(desktop.folder, ["alice", "bob"])
        stack.callback(server.close)
        screen = Screen(desktop.folder)
        stack.callback(screen.close)
        pidgin = Pidgin(desktop, screen, "alice", server.port, plugins)
        stack.callback(pidgin.close)
        try:
            yield pidgin
        finally:
            screen.photograph_as(title)


def only_ours_acts(pidgin):
    pidgin.wait_for_dialog("^OTR$")
    assert is_loaded(pidgin, "core-otrd") and not is_loaded(pidgin, "otr")


def the_other_plugin_loaded_by_hand_goes_again_and_the_user_is_told():
    with pidgin_with("rival-by-hand", *OURS) as pidgin:
        order(pidgin, "load", "otr")
        only_ours_acts(pidgin)
        saved = pidgin.call("PurplePrefsGetPathList", "(s)", LOADED)
        assert any("otrd.so" in path for path in saved), saved
        assert not any("pidgin-otr" in path for path in saved), saved


def the_other_plugin_after_ours_in_the_saved_list_goes_again():
    with pidgin_with("rival-after", *OURS, STOCK) as pidgin:
        only_ours_acts(pidgin)


def after_the_other_plugin_ours_is_not_loaded_and_says_why():
    with pidgin_with("rival-before", STOCK, *OURS) as pidgin:
        pidgin.wait_for_dialog("^OTR$")
        assert is_loaded(pidgin, "otr") and not is_loaded(pidgin, "core-otrd")
        order(pidgin, "unload", "otr")
        assert order(pidgin, "load", "core-otrd")


if __name__ == "__main__":
    tap.run({
        "the other plugin loaded by hand goes again and the user is told":
            the_other_plugin_loaded_by_hand_goes_again_and_the_user_is_told,
        "the other plugin after ours in the saved list goes again":
            the_other_plugin_after_ours_in_the_saved_list_goes_again,
        "after the other plugin ours is not loaded and says why":
            after_the_other_plugin_ours_is_not_loaded_and_says_why,
    }, watchdog=600)
