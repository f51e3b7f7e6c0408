#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What leaves Pidgin by other ways than the conversation window, and what the
contact and the window are told when the plugin, the account or Pidgin goes."""
import contextlib
import os
import signal

import switchboard
import tap
import test_pidgin
import xmpp
from desktop import wait_until
from messenger import Client
from pidgin import Pidgin
from switchboard import order
from test_pidgin import START, only_otr, scene
from test_windows import conversation

POUNCES = """<?xml version='1.0' encoding='UTF-8' ?>
<pounces version='1.0'>%s</pounces>
"""
POUNCE = """<pounce ui='gtk-gaim'>
<account protocol='prpl-jabber'>{account}</account><pouncee>{contact}</pouncee><options/>
<events><event type='{event}'/></events>
<actions><action type='send-message'><param name='message'>{text}</param></action></actions>
<saved/></pounce>
"""
STATUS_AWAY = 5  # of libpurple's status.h


class PreparedPidgin(Pidgin):
    """Alice's has buddy pounces, and the switchboard."""

    def __init__(self, desktop, screen, name, port, plugins, *others):
        if name == "alice":
            others, plugins = ((0, 0), self._write_pounces), plugins + (switchboard.PLUGIN,)
        super().__init__(desktop, screen, name, port, plugins, *others)

    def _write_pounces(self, folder):
        (folder / "pounces.xml").write_text(POUNCES % "".join(
            POUNCE.format(account=self.account_name, contact=xmpp.address("bob"), event=event,
                          text=text)
            for event, text in (("message-received", "pounced on you"), ("away", "off already"))))

    def go_away(self):
        status = self.call("PurpleSavedstatusNew", "(si)", "", STATUS_AWAY)
        self.call("PurpleSavedstatusActivate", "(i)", status)

    def set_policy(self, policy):
        """Of the account, in the service."""
        client = Client(self.desktop)
        client.account(client.open_account("xmpp", xmpp.address(self.name)), "SetPolicy",
                       "(ssa{sv})", "", policy, {})
        client.close()

    def has_logged(self, text):
        return any(text.encode() in content for path, content in self.desktop.files().items()
                   if "logs" in path.parts)

    def title_of(self, contact):
        return self.call("PurpleConversationGetTitle", "(i)", self._conversation(contact))

    def wait_for_title(self, contact, title):
        self._poll(lambda: self.title_of(contact) == title, "the title " + title)


test_pidgin.Pidgin = PreparedPidgin


def go_private(made):
    made.alice.open_menu("Not private")
    made.alice.click_entry(START)
    made.alice.wait_for("bob", "This conversation is now private")
    made.bob.wait_for("alice", "Private conversation with")


def what_pounces_and_other_plugins_send_leaves_as_privately_as_what_is_typed():
    with scene("leaving-pounce") as (made, _stack):
        go_private(made)
        made.bob.say("alice", "anybody there?")
        made.bob.wait_for("alice", "pounced on you")
        assert order(made.alice, "send", xmpp.address("bob"), "by another plugin")
        made.bob.wait_for("alice", "by another plugin")
        only_otr(made)


def what_a_pounce_sends_privately_is_not_logged():
    with scene("leaving-pounce-log") as (made, _stack):
        go_private(made)
        made.bob.go_away()
        made.bob.wait_for("alice", "off already")
        made.alice.wait_for("bob", "off already")
        assert not made.alice.has_logged("off already")
        only_otr(made)


def what_a_pounce_sends_in_the_clear_is_logged():
    with scene("leaving-pounce-clear") as (made, _stack):
        made.alice.set_policy("never")
        made.alice.wait_for_title("bob", "[not private] bob")
        made.bob.go_away()
        made.bob.wait_for("alice", "off already")
        assert made.alice.has_logged("off already")


def a_plugin_that_is_unloaded_leaves_no_word_of_privacy_behind():
    with scene("leaving-unloaded") as (made, _stack):
        go_private(made)
        made.alice.wait_for_title("bob", "[private, NOT verified] bob")
        only_otr(made)
        order(made.alice, "unload", "gtk-otrd")
        assert order(made.alice, "unload", "core-otrd")
        made.alice.wait_for_title("bob", "bob")
        made.alice.wait_for("bob", "OTR is switched off: this conversation is NOT PRIVATE.")
        made.bob.wait_for("alice", "has ended")
        made.alice.say("bob", "as clear as it says")
        made.bob.wait_for("alice", "as clear as it says")
        assert order(made.alice, "load", "core-otrd") and order(made.alice, "load", "gtk-otrd")
        made.alice.wait_for_badge("Not private")  # of a window that was there before
        made.alice.wait_for_title("bob", "[not private] bob")


def add_switchboard(folder):
    """To the plugins that Finch loads."""
    link = folder / "plugins" / "switchboard.so"
    link.symlink_to(switchboard.PLUGIN)
    preferences = folder / "prefs.xml"
    preferences.write_text(preferences.read_text().replace(
        "otrd.so'/>", "otrd.so'/><item value='%s'/>" % link))


def the_title_in_finch_tells_the_state_until_the_plugin_is_unloaded():
    with conversation("leaving-title", False, add_switchboard) as (_desktop, finch, _bob, _key):
        finch.wait_for("[not private] bob (alice@127.0.0.1")
        finch.type("/otr start")
        finch.wait_for("[private, NOT verified] bob (alice@127.0.0.1")
        finch.keep_screen("leaving-title-private")
        finch.call("PurpleBlistServerAliasBuddy", "(is)", finch.call(
            "PurpleFindBuddy", "(is)", finch.call("PurpleAccountsFind", "(ss)", finch.account,
                                                  "prpl-irc"), "bob"), "[private, verified] Bob")
        finch.wait_for("[private, NOT verified] [private, verified] Bob (alice@127.0.0.1")
        assert order(finch, "unload", "core-otrd")
        finch.wait_for_no_more("[private, NOT verified]")


def the_contact_is_told_when_the_account_signs_off_and_can_be_written_to_when_it_is_back():
    with scene("leaving-signed-off") as (made, _stack):
        go_private(made)
        enable(made.alice, False)
        made.alice.wait_for("bob", "The private conversation is left. The account is signed off.")
        made.bob.wait_for("alice", "has ended")
        made.alice.wait_for_title("bob", "[not known yet] bob")
        only_otr(made)
        enable(made.alice, True)
        made.alice.wait_for_title("bob", "[not private] bob")
        made.alice.wait_for_buddy("bob")
        go_private_again(made)


@contextlib.contextmanager
def service_that_sleeps(made):
    """It takes calls, and answers when it is woken: by the account that signs off at the latest."""
    pid = made.desktop.service_pid()
    assert order(made.alice, "wake", str(pid))
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def what_is_being_read_when_the_account_signs_off_is_shown_and_not_logged():
    with scene("leaving-reading") as (made, _stack):
        go_private(made)
        lines = made.alice.listen_to("ReceivingImMsg")
        with service_that_sleeps(made):
            made.bob.say("alice", "read at the last moment")
            made.bob.say("alice", "and one after it")
            wait_until(lambda: len(lines) == 2, "both lines")
            enable(made.alice, False)
        made.alice.wait_for("bob", "The private conversation is left.")
        shown = [text for text in made.alice.texts("bob")
                 if "last moment" in text or "one after it" in text]
        assert len(shown) == 2 and "last moment" in shown[0], made.alice.texts("bob")
        made.bob.wait_for("alice", "has ended")
        for text in ("last moment", "one after it"):
            assert not made.alice.has_logged(text)
        only_otr(made)


def what_is_being_sent_when_the_account_signs_off_is_not_called_unsent():
    with scene("leaving-sending") as (made, _stack):
        go_private(made)
        with service_that_sleeps(made):
            made.alice.say("bob", "sent at the last moment")
            enable(made.alice, False)
        made.bob.wait_for("alice", "sent at the last moment")
        made.alice.wait_for("bob", "sent at the last moment")
        assert not any("NOT SENT" in text for text in made.alice.texts("bob"))
        only_otr(made)


def what_waits_for_the_network_when_the_account_is_removed_is_told_as_not_sent():
    with scene("leaving-removed") as (made, _stack):
        go_private(made)
        broken = made.alice.listen_to("SignedOff")
        with service_that_sleeps(made):
            made.alice.say("bob", "too late for the network")
            made.server.close()
            wait_until(lambda: broken, "the link to break")
        made.alice.wait_for("bob", "NOT SENT YET")
        made.alice.call("PurpleAccountsDelete", "(i)", made.alice.account)
        made.alice.wait_for_dialog("OTR: not sent")


def enable(pidgin, is_so):
    pidgin.call("PurpleAccountSetEnabled", "(isi)", pidgin.account, "gtk-gaim", int(is_so))


def go_private_again(made):
    made.bob.say("alice", "?OTRv3?")
    made.alice.wait_for("bob", "This conversation is now private", 2)


def the_contact_is_told_when_pidgin_quits():
    with scene("leaving-quit") as (made, _stack):
        go_private(made)
        made.alice.call("PurpleCoreQuit")
        made.bob.wait_for("alice", "has ended")
        made.alice.process.wait(timeout=90)  # a signal now would have it quit twice
        only_otr(made)


if __name__ == "__main__":
    tap.run({
        "what pounces and other plugins send leaves as privately as what is typed":
            what_pounces_and_other_plugins_send_leaves_as_privately_as_what_is_typed,
        "what a pounce sends privately is not logged":
            what_a_pounce_sends_privately_is_not_logged,
        "what a pounce sends in the clear is logged":
            what_a_pounce_sends_in_the_clear_is_logged,
        "a plugin that is unloaded leaves no word of privacy behind":
            a_plugin_that_is_unloaded_leaves_no_word_of_privacy_behind,
        "the title in Finch tells the state until the plugin is unloaded":
            the_title_in_finch_tells_the_state_until_the_plugin_is_unloaded,
        "the contact is told when the account signs off, and it goes on when it is back":
            the_contact_is_told_when_the_account_signs_off_and_can_be_written_to_when_it_is_back,
        "what is being read when the account signs off is shown, and not logged":
            what_is_being_read_when_the_account_signs_off_is_shown_and_not_logged,
        "what is being sent when the account signs off is not called unsent":
            what_is_being_sent_when_the_account_signs_off_is_not_called_unsent,
        "what waits for the network when the account is removed is told as not sent":
            what_waits_for_the_network_when_the_account_is_removed_is_told_as_not_sent,
        "the contact is told when Pidgin quits":
            the_contact_is_told_when_pidgin_quits,
    }, watchdog=600)
