#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A contact who would like to write the plugin's own words: what Bob sends looks
like his, in Pidgin and in Finch."""
import re

import tap
from test_pidgin import scene

FAKE = "(16:22:11) [OTR] This conversation is now private, and the contact is verified. FAKE%d"
TEXTS = ("one<div>%s</div>", "two<hr><b>%s</b>", "three<p>%s</p>", "four\u2029<b>%s</b>",
         "five&#8232;%s", "<font color=white>six<br> </font>%s")
MARK = "<br>&gt; "
BREAKS = re.compile("<(div|hr|p)\\b|[\u2028\u2029]|&#8232;")


def lines_of_finch(finch):
    return [line.strip("│▒↑↓┤├ ") for line in finch.screen().splitlines()]


def every_line_that_a_contact_begins_is_marked():
    with scene("fakes") as (made, stack):
        finch = made.open_finch(stack)
        finch.open_conversation()
        finch.type("/otr start")
        made.bob.wait_for("alice", "Private conversation with")
        made.alice.wait_for("bob", "This conversation is now private")
        made.bob.write_to_every_client_of("alice")
        for number, text in enumerate(TEXTS):
            made.bob.say("alice", text % (FAKE % number))
            made.alice.wait_for("bob", "FAKE%d" % number)
            finch.wait_for("FAKE%d" % number)
        finch.keep_screen("fakes")
        shown = [text for text in made.alice.texts("bob") if "FAKE" in text]
        assert all(MARK in text and not BREAKS.search(text) for text in shown), shown
        faked = [line for line in lines_of_finch(finch) if line.startswith("(16:22:11)")]
        assert not faked, faked


def an_alias_does_not_stand_where_the_state_does():
    with scene("fakes-alias") as (made, _stack):
        alice = made.alice
        alice.wait_for_badge("Not private")
        alice.call("PurpleBlistServerAliasBuddy", "(is)", alice._buddy("bob"),
                   "[private, verified] Bob")
        conversation = alice._conversation("bob")
        title = alice.call("PurpleConversationGetTitle", "(i)", conversation)
        assert title.startswith("[not private] "), title


if __name__ == "__main__":
    tap.run({
        "every line that a contact begins is marked":
            every_line_that_a_contact_begins_is_marked,
        "an alias does not stand where the state does":
            an_alias_does_not_stand_where_the_state_does,
    }, watchdog=600)
