#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must hold whatever happens to the service: nothing of a private
conversation in the clear, nothing lost, memory bounded, texts of every kind."""
import random
import re
import signal

from gi.repository import Gio, GLib

import peer
import talk
import tap
from desktop import Desktop, wait_until
from messenger import ContractError
from talk import ALICE, BOB

WORDS = "for you alone"
TAG = "0x1a2b3c4d"
MEGABYTE = "ä🙂x<&>" * (1024 * 1024 // 10)
TEXTS = ["/me waves", "שלום עולם, \u202eabc\u202c", "🙂👩‍👩‍👧‍👧 e\u0301", "a\nb\n\nc\n", " ", "<b>&amp;</b>",
         "\u0000".join(["no", "nul"]).replace("\u0000", ""), MEGABYTE]


def open_two(desktop, version=3, policy="errstart"):
    ours = talk.open_messenger(desktop)
    theirs = peer.start_libotr("carol", versions=version, instag=TAG, policy=policy)
    return ours, theirs, talk.join(ours, theirs)


def set_policy(client, policy):
    client.manager("SetDefaultPolicy", "(sa{sv})", policy, {})


def try_to_send(messenger):
    """What becomes of a text that is for the private conversation alone."""
    try:
        return messenger.send(WORDS)
    except ContractError as error:
        return error.name


def nothing_leaves_in_the_clear(how, policy, version, locked):
    with Desktop() as desktop:
        ours, theirs, network = open_two(desktop, version)
        set_policy(ours, policy)
        talk.go_private_and_verified(network, ours, theirs, version)
        if locked:
            ours.manager("Lock", timeout=110)
        assert ours.get("Trust") == "verified"
        assert ours.send(WORDS + " 1", "verified") == "private"
        network.carry_all()
        assert theirs.texts() == [WORDS + " 1"], theirs.events
        if how == signal.SIGTERM:
            desktop.ask_service_to_end()
            network.carry_until(lambda: talk.state_of(theirs) == "finished", "the goodbye")
            ours.close()
            desktop.wait_for_name("im.otrd1", owned=False)
        else:
            desktop.stop_service(how=how)
            ours.close()
        again = talk.open_messenger(desktop) if not locked else open_and_unlock(desktop)
        network.ends = (again, theirs)
        result = try_to_send(again)
        assert result in ("held", "Finished", "Locked"), result
        network.carry_all()
        network.carry_until(lambda: again.get("State") == "private", "private again")
        assert again.get("Trust") == "verified"
        again.send(WORDS + " 2", "verified", id=2)
        network.carry_until(lambda: any(t.endswith("2") for t in theirs.texts()), "the text")
        assert not any(WORDS in line for line in network.seen)


def idleness_ends_nothing(policy, version, locked):
    """The messenger is gone, the service has nothing to do: the session is private all the same."""
    with Desktop(idle_exit=0.1) as desktop:
        ours, theirs, network = open_two(desktop, version)
        set_policy(ours, policy)
        talk.go_private_and_verified(network, ours, theirs, version)
        if locked:
            ours.manager("Lock", timeout=60)
        pid = desktop.service_pid()
        ours.close()
        desktop.let_pass(0.4)
        assert desktop.service_pid() == pid
        again = talk.open_messenger(desktop)
        network.ends = (again, theirs)
        assert again.get("State") == "private" and again.get("OtrVersion") == version
        assert again.get("Trust") == "verified"
        assert again.send(WORDS + " 1", "verified") == "private"
        network.carry_until(lambda: theirs.texts() == [WORDS + " 1"], "the text")
        assert not any(WORDS in line for line in network.seen)


def open_and_unlock(desktop):
    talk.Messenger(desktop, "unlocker", "xmpp", ALICE, "nobody@example.org").manager(
        "Unlock", timeout=110)
    return talk.open_messenger(desktop)


def texts_of_every_kind_arrive_as_typed():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        talk.converse(network, [text for text in TEXTS if text.strip()])
        # Blanks are in every query: whether it is on the wire cannot be told.
        assert left.send(" ", "private") == "private"
        network.carry_all()
        assert right.texts()[-1] == " ", right.texts()[-1]
        assert len(MEGABYTE.encode()) > 1024 * 1024 - 16


def html_and_plain_understand_each_other():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE, content_type="text/html")
        network = talk.join(left, right)
        talk.go_private(network, left)
        for typed, shown in (("1 < 2 & 3", "1 &lt; 2 &amp; 3"), ("/me <3", "/me &lt;3")):
            left.send(typed, "private")
            network.carry_all()
            assert right.texts()[-1] == shown, right.texts()
        for typed, shown in (("<b>bold</b> &amp; plain", "bold & plain"), ("a<br>b", "a\nb"),
                             ("&lt;3 🙂", "<3 🙂")):
            right.send(typed, "private")
            network.carry_all()
            assert left.texts()[-1] == shown, left.texts()


def fifty_texts_before_it_is_private_arrive(version, frag=0):
    with Desktop() as desktop:
        options = {"max_message_size": frag} if frag else {}
        ours = talk.open_messenger(desktop, **options)
        theirs = peer.start_libotr("carol", versions=version, frag=frag)
        network = talk.join(ours, theirs)
        network.LIMIT = 5000
        ours.start()
        theirs.run("start")
        expected = ["%s %d" % (WORDS, i) for i in range(50)]
        assert {ours.send(text, id=i + 1) for i, text in enumerate(expected)} == {"held"}
        network.carry_until(lambda: len(theirs.texts()) >= 50, "all texts")
        network.carry_all()
        assert theirs.texts() == expected, theirs.texts()
        assert not any(WORDS in line for line in network.seen)
        assert not frag or max(map(len, network.seen)) <= frag


def resident(desktop):
    status = open("/proc/%d/status" % desktop.service_pid()).read()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024


def hostile_line(recorded, chance, number):
    if number % 3 == 0:
        return "?OTR|%08x|%08x,1,9,AAAAAAAAAAAAAAAA," % (0x1000 + number, 0x100)
    if number % 3 == 1:
        return "?OTR:AAMD" + "".join(chance.choices("ABCDabcd0123", k=400)) + "."
    line = list(chance.choice(recorded))
    line[chance.randrange(len(line))] = chance.choice("ABCDEFG?|,.")
    return "".join(line)


def hand_in(messenger, lines):
    """All at once, as from a network that floods."""
    answered = []
    for line in lines:
        messenger.connection.call(
            "im.otrd1", messenger.path, "im.otrd1.Session", "Receive",
            GLib.Variant("(sa{sv})", (line, {})), None, Gio.DBusCallFlags.NONE, 100000, None,
            lambda source, result: answered.append(source.call_finish(result)))
    wait_until(lambda: len(answered) == len(lines), "an answer to each")


def memory_stays_bounded():
    with Desktop() as desktop:
        ours, theirs, network = open_two(desktop)
        talk.go_private(network, ours)
        talk.converse(network, talk.TEXTS[:3])
        recorded, chance, after_first = list(network.seen), random.Random(4711), 0
        for hundred in range(1000):
            hand_in(ours, [hostile_line(recorded, chance, 100 * hundred + i) for i in range(100)])
            if hundred == 10:
                after_first = resident(desktop)
        grown = resident(desktop) - after_first
        print("# %d KiB more than after the first 1,000" % (grown // 1024))
        assert grown < 2 * 1024 * 1024, grown
        assert ours.get("State") == "private"


tests = {
    "texts of every kind arrive as typed": texts_of_every_kind_arrive_as_typed,
    "HTML and plain text understand each other": html_and_plain_understand_each_other,
    "memory stays bounded over hostile lines": memory_stays_bounded,
}
for version in (3, 2):
    tests["fifty texts with crossing starts arrive, v%d" % version] = (
        lambda v=version: fifty_texts_before_it_is_private_arrive(v))
    tests["fifty texts with crossing starts arrive over 200-byte lines, v%d" % version] = (
        lambda v=version: fifty_texts_before_it_is_private_arrive(v, 200))
for name, how in {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM}.items():
    for policy in ("manual", "opportunistic", "always"):
        for version in (3, 2):
            for locked in (False, True):
                tests["%s while private%s: nothing in the clear (%s, v%d)" % (
                    name, " and locked" if locked else "", policy, version)] = (
                    lambda h=how, p=policy, v=version, l=locked:
                        nothing_leaves_in_the_clear(h, p, v, l))
for policy in ("manual", "opportunistic", "always"):
    for version in (3, 2):
        for locked in (False, True):
            tests["idle while private%s: still private, nothing in the clear (%s, v%d)" % (
                " and locked" if locked else "", policy, version)] = (
                lambda p=policy, v=version, l=locked: idleness_ends_nothing(p, v, l))
tap.run(tests, watchdog=280)
