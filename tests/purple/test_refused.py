#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alice's Pidgin with a service that writes down what it is told, or that will
not have a contact, which the real one is seldom brought to: nothing is kept from
her, and nothing leaves."""
import contextlib

import irc
import tap
import xmpp
from correspondent import Correspondent
from desktop import Desktop, wait_until
from finch import XmppFinch
from otrctl_fake import SESSION, SESSION_PATH, FakeService
from pidgin import IrcPidgin, Pidgin
from screen import Screen
from test_pidgin import OURS


def what_comes_from_a_contact_that_is_refused_is_shown_marked():
    for error in ("AccessDenied", "LimitExceeded"):
        with refusing(error) as (pidgin, bob, tap_of_alice):
            bob.say("good morning")
            pidgin.wait_for("bob", "The following message was NOT ENCRYPTED.")
            pidgin.wait_for("bob", "good morning")
            bob.say("?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA.")
            pidgin.wait_for("bob", "A message of bob cannot be read.")
            pidgin.say("bob", "not to you")
            pidgin.wait_for("bob", "NOT SENT: &quot;not to you&quot;")
            assert not tap_of_alice.texts(), tap_of_alice.texts()


@contextlib.contextmanager
def refusing(error):
    with Desktop(program="/bin/false", keyring=False) as desktop, contextlib.ExitStack() as stack:
        def keep(thing):
            stack.callback(thing.close)
            return thing
        service = keep(FakeService(desktop))
        service.answers["OpenSession"] = error
        server = keep(irc.Server(desktop.folder))
        a_tap = keep(irc.Tap(server))
        screen = keep(Screen(desktop.folder))
        pidgin = keep(IrcPidgin(desktop, screen, "alice", a_tap.port, OURS))
        bob = keep(Correspondent(server, "bob", "alice"))
        try:
            yield pidgin, bob, a_tap
        finally:
            screen.photograph_as("refused-" + error)


def the_service_hears_when_a_contact_comes_and_goes():
    with Desktop(program="/bin/false", keyring=False) as desktop, \
            Desktop(program="/bin/false", keyring=False) as other, \
            contextlib.ExitStack() as stack:
        def keep(thing):
            stack.callback(thing.close)
            return thing
        service = FakeService(desktop)
        service.answers["OpenSession"] = lambda *_: (SESSION_PATH,
                                                     service.objects[SESSION_PATH][SESSION])
        server = keep(xmpp.Server(desktop.folder, ["alice", "bob"]))
        screen = keep(Screen(desktop.folder))
        pidgin = keep(Pidgin(desktop, screen, "alice", server.port, OURS))
        keep(service)  # goes first: nobody answers Pidgin's goodbye while its end is waited for

        def heard(online):
            return [options for arguments, _ in service.called("Configure")
                    for options in arguments if options.get("contact-online") is online]
        pidgin.open_conversation("bob")
        pidgin.wait_for("bob", "[OTR]")
        (arguments, _), = service.called("OpenSession")
        assert arguments[3]["contact-online"] is False, arguments
        finch = XmppFinch(other, "bob", "alice", server.port)
        try:
            wait_until(lambda: heard(True), "that Bob is there", 90)
        finally:
            finch.close()
        wait_until(lambda: heard(False), "that Bob is gone", 90)


if __name__ == "__main__":
    tap.run({
        "what comes from a contact that is refused is shown marked":
            what_comes_from_a_contact_that_is_refused_is_shown_marked,
        "the service hears when a contact comes and goes":
            the_service_hears_when_a_contact_comes_and_goes,
    }, watchdog=300)
