#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The forms that lines and texts come in, over the bus: carbons of our own lines, bytes that are no
UTF-8, lines that a transport has cut, and every kind of text between HTML and plain."""
import html

import peer
import talk
import tap
from desktop import Desktop
from imported import import_keys
from messenger import call, options_of
from talk import ALICE, BOB

WORDS = "for you alone"
MEBIBYTE = 1024 * 1024
KINDS = {
    "emoji of several code points": "👩‍👩‍👧‍👧 🏳️‍🌈 👍🏽 e\u0301 🙂",
    "right to left": "שלום עולם, مرحبا \u202babc\u202c \u200f!",
    "line ends": "one\ntwo\n\nfour",
    "an action": "/me waves <3",
    "markup that is none": "a < b && c > d; List<String> &nosuch;",
    "text like OTR": "?OTRv3? is how it starts",
    "a blank": " ",
}


def open_both(desktop, left_options=None, right_options=None):
    left = talk.open_messenger(desktop, "left", ALICE, BOB, **(left_options or {}))
    right = talk.open_messenger(desktop, "right", BOB, ALICE, **(right_options or {}))
    import_keys(left, desktop.folder, {ALICE: "carol", BOB: "dave"})
    return left, right, talk.join(left, right)


def hand_in(messenger, line, **options):
    """Verdict, text, details and events, as the bus has them."""
    verdict, text, details, transmit, events = call(
        messenger.connection, messenger.path, "im.otrd1.Session", "Receive", "(sa{sv})", line,
        options_of(options))
    assert not transmit, transmit
    return verdict, text, details, [name for name, _ in events]


def carbons_of_our_lines_are_known():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        other = talk.open_messenger(desktop, "other", ALICE, BOB)
        talk.go_private(network, left)
        assert left.send(WORDS, "private") == "private"
        (line,) = left.take_transmissions()
        for messenger in (left, other):
            assert hand_in(messenger, line, sent=True)[:2] == ("own", "")
        verdict, text, details, events = hand_in(other, line)
        assert (verdict, text) == ("own", "") and "reflected" in events, (verdict, events)
        # What another client of ours typed in the clear is shown; what it encrypted is not for us.
        assert hand_in(left, "typed on the phone", sent=True)[:2] == ("plaintext",
                                                                      "typed on the phone")
        foreign = "?OTR:AAMDAAABAQAAAQIAAAAAAQAAAAEAAADA" + "A" * 400 + "."
        for strange in (foreign, "?OTRv23?", "?OTR Error: what?", "?OTR|00000101|00000102,1,2,a,"):
            verdict, text, details, events = hand_in(left, strange, sent=True)
            assert (verdict, text, events) == ("own", "", []), (strange, verdict, events)
        assert left.get("State") == "private"
        right.receive(line)
        assert right.texts() == [WORDS], right.read


def pieces_of_our_lines_are_known():
    with Desktop() as desktop:
        left, right, network = open_both(desktop, {"max_message_size": 200})
        talk.go_private(network, left)
        assert left.send(WORDS, "private") == "private"
        pieces = left.take_transmissions()
        assert len(pieces) > 1
        for piece in pieces:
            assert hand_in(left, piece, sent=True)[:2] == ("own", "")
            right.receive(piece)
        assert right.texts() == [WORDS]


def what_is_no_utf_8_is_told():
    with Desktop() as desktop:
        ours, theirs = talk.open_messenger(desktop), peer.start_potr("carol")
        network = talk.join(ours, theirs)
        talk.go_private(network, ours)
        for text, encoding, shown, told in (("Grüße", "latin-1", "Gr\ufffd\ufffde", True),
                                            ("Grüße", "utf-8", "Grüße", False)):
            theirs.run("send", text=text, encoding=encoding)
            (line,) = theirs.take_transmissions()
            verdict, read, details, events = hand_in(ours, line)
            assert (verdict, read) == ("private", shown), (verdict, read)
            assert details.get("re-encoded", False) == told, details
            # A repeat says it again.
            verdict, read, details, events = hand_in(ours, line)
            assert (read, details["repeated"]) == (shown, True), (read, details)
            assert details.get("re-encoded", False) == told, details


def split_lines_are_joined(size):
    """The contact's client thought that the network takes more: its lines come in parts."""
    with Desktop() as desktop:
        left, right, network = open_both(desktop, {"max_message_size": size})
        talk.go_private(network, left)
        text = "a long one, " * 60
        assert right.send(text, "private") == "private"
        (line,) = right.take_transmissions()
        assert len(line) > 2 * size
        parts = [line[at:at + size] for at in range(0, len(line), size)]
        for part in parts[:-1]:
            assert hand_in(left, part)[:2] == ("protocol", ""), part
        assert hand_in(left, parts[-1])[:2] == ("private", text)
        # And a text in the clear between two lines is not swallowed.
        assert hand_in(left, "hello?")[:2] == ("unexpected-plaintext", "hello?")


def each_kind_arrives(left_type, right_type):
    """HTML shows as HTML what was plain, plain what was HTML, and no form adds or swallows."""
    with Desktop() as desktop:
        left, right, network = open_both(desktop, {"content_type": left_type},
                                         {"content_type": right_type})
        talk.go_private(network, left)
        for sender, receiver, from_type, to_type in (
                (left, right, left_type, right_type), (right, left, right_type, left_type)):
            for kind, text in {**KINDS, "a mebibyte": long_text(left_type, right_type)}.items():
                typed = as_html(text) if from_type == "text/html" else text
                assert sender.send(typed, "private") == "private", kind
                network.carry_all()
                shown = receiver.texts()[-1]
                plain = from_html(shown) if to_type == "text/html" else shown
                assert plain == text, (kind, shown[:200])


def long_text(*types):
    """As long as may be: with markup it grows."""
    limit = MEBIBYTE if set(types) == {"text/plain"} else MEBIBYTE - 16
    text = "ä🙂x " * (limit // len("ä🙂x ".encode()))
    return text + "x" * (limit - len(text.encode()))


def as_html(text):
    return html.escape(text, quote=False).replace("\n", "<br>")


def from_html(text):
    for broken in ("<br>", "<br/>", "<br />"):
        text = text.replace(broken, "\n")
    assert "<" not in text, text
    return html.unescape(text)


tests = {
    "carbons of our lines are known": carbons_of_our_lines_are_known,
    "carbons of pieces of our lines are known": pieces_of_our_lines_are_known,
    "what is no UTF-8 is repaired, and told": what_is_no_utf_8_is_told,
    "lines that the transport has cut are joined": lambda: split_lines_are_joined(250),
}
for pair in (("text/plain", "text/plain"), ("text/plain", "text/html"), ("text/html", "text/html")):
    tests["each kind of text arrives, %s and %s" % pair] = lambda p=pair: each_kind_arrives(*p)
tap.run(tests, watchdog=280)
