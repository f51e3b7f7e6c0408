#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who it is, known once, known everywhere: two messengers on one account share
what is known of a contact, it outlives service and keyring, and otrctl verifies
for a messenger that knows only Send and Receive, whichever has the session."""
import json
import subprocess

from gi.repository import Gio, GLib

import peer
import talk
import tap
from desktop import Desktop, wait_until
from otrctl_run import OTRCTL, done, fails, in_background

SECRET, QUESTION = "the old mill", "Where did we meet?"


class Watcher:
    """A program that only listens: a trust window, another messenger."""

    def __init__(self, desktop):
        self.changes = []
        desktop.connection.signal_subscribe(
            "im.otrd1", "im.otrd1.Account", "TrustChanged", None, None, Gio.DBusSignalFlags.NONE,
            lambda *arguments: self.changes.append(arguments[5].unpack()))


def open_pair(desktop, key="carol", **options):
    ours = talk.open_messenger(desktop, "pidgin")
    theirs = peer.start_libotr(key, versions=3, **options)
    network = talk.join(ours, theirs)
    talk.go_private(network, ours)
    return ours, theirs, network


def known_of_bob(messenger, **wanted):
    return messenger.fingerprints(messenger.get("Account"), contact=talk.BOB, **wanted)


def verified_in_one_messenger_is_verified_in_all():
    with Desktop() as desktop:
        watcher = Watcher(desktop)
        ours, theirs, network = open_pair(desktop)
        other = talk.open_messenger(desktop, "gajim")
        assert other.get("Trust") == "unverified"
        assert talk.verify(network, ours, SECRET, SECRET, QUESTION) == ("verified", "verified")
        assert other.get("Trust") == "verified"
        record, = known_of_bob(other)
        assert (record["trust"], record["method"], record["application"]) == (
            "verified", "question", "pidgin"), record
        assert abs(record["verified-at"] - GLib.get_real_time() / 1e6) < 300, record
        assert [state["trust"] for state in record["history"]] == ["unverified"], record
        wait_until(lambda: [c for c in watcher.changes if c[2] == "verified"], "the news")
        contact, fingerprint, trust, told = watcher.changes[-1]
        assert (contact, fingerprint) == (talk.BOB, record["fingerprint"])
        assert told["method"] == "question" and told["verified-at"] == record["verified-at"], told


def it_outlives_the_service_and_the_keyring():
    with Desktop() as desktop:
        ours, theirs, network = open_pair(desktop)
        talk.verify(network, ours, SECRET, SECRET, QUESTION)
        before, = known_of_bob(ours)
        ours.close()
        desktop.stop_service()
        desktop.stop_keyring()
        desktop.start_keyring()
        other = talk.open_messenger(desktop, "gajim")
        network = talk.join(other, theirs)
        talk.go_private(network, other)
        assert other.get("Trust") == "verified"
        after, = known_of_bob(other)
        for key in ("first-seen", "verified-at", "method", "application", "history"):
            assert after[key] == before[key], (key, before, after)


def a_changed_verified_key_stops_until_it_is_accepted():
    with Desktop() as desktop:
        ours, theirs, network = open_pair(desktop)
        talk.verify(network, ours, SECRET, SECRET, QUESTION)
        talk.say_goodbye(network, ours)
        theirs = peer.start_libotr("dave", versions=3)
        network = talk.join(ours, theirs)
        ours.start()
        network.carry_until(lambda: ours.get("Blocked") == "fingerprint-changed", "blocked")
        assert talk.try_to_send(ours, "is it you?") == "FingerprintChanged"
        done(desktop, "accept", talk.BOB, theirs.ready["fingerprint"])
        network.carry_all()
        assert ours.get("Blocked") == "" and ours.get("Trust") == "unverified"
        talk.send(ours, "it is you")
        network.carry_all()
        assert theirs.texts() == ["it is you"]
        assert {r["trust"] for r in known_of_bob(ours)} == {"verified", "unverified"}


def no_session_is_held_with_a_rejected_key():
    with Desktop() as desktop:
        ours, theirs, network = open_pair(desktop)
        key = ours.get("Fingerprint")
        done(desktop, "trust", talk.BOB, key, "rejected")
        network.carry_until(lambda: talk.state_of(theirs) == "finished", "the goodbye")
        assert talk.try_to_send(ours, "hello") == "Rejected"
        theirs.run("end")
        theirs.run("start")
        network.carry_all()
        assert ours.get("State") != "private" and talk.try_to_send(ours, "hello") == "Rejected"
        assert not theirs.texts() and not theirs.texts(private=False)
        told = json.loads(done(desktop, "history", talk.BOB, "--json"))
        assert [line["event"] for line in told if "method" in line] == ["rejected"], told


def a_fingerprint_on_a_card_is_known_before_the_first_word():
    with Desktop() as desktop:
        ours = talk.open_messenger(desktop, "pidgin")
        theirs = peer.start_libotr("carol", versions=3)
        network = talk.join(ours, theirs)
        link = "xmpp:%s?otr-fingerprint=%s" % (talk.BOB, theirs.ready["fingerprint"].lower())
        done(desktop, "trust", link, "verified")
        talk.go_private(network, ours)
        assert ours.get("Trust") == "verified"
        assert ours.events_named("private")[0]["known"] == "known"
        assert not ours.events_named("fingerprint-new")


def otrctl_verifies_beside_a_messenger_that_knows_only_send_and_receive():
    """Ours calls OpenSession, Send, Receive and Collect, and nothing else."""
    with Desktop() as desktop:
        ours = talk.open_messenger(desktop, "simple")
        theirs = peer.start_libotr("carol", versions=3, policy="wsstart")
        network = talk.join(ours, theirs)
        assert ours.send("hello") == "plaintext"
        network.carry_until(lambda: ours.get("State") == "private", "private")
        asked = in_background(
            lambda: verify_from_outside(desktop), "otrctl",
            lambda is_so, what: carry_and_answer(network, theirs, is_so, what))
        assert asked.returncode == 0 and asked.stdout == "verified\n", asked
        assert ours.get("Trust") == "verified" and not ours.outbox
        record, = known_of_bob(ours)
        assert (record["method"], record["application"]) == ("question", "otrctl"), record
        told = done(desktop, "history", talk.BOB).splitlines()
        assert ["verified", "question", "otrctl"] in [t.split("\t")[1:4] for t in told], told


class Together:
    """Two messengers of ours on one network, as two programs of one person are."""

    def __init__(self, *messengers):
        self.messengers = messengers

    def take_transmissions(self):
        return [line for m in self.messengers for line in m.take_transmissions()]

    def receive(self, line):
        """The network gives a line to those that are online."""
        for messenger in self.messengers:
            if messenger.link:
                messenger.receive(line)


def open_two(desktop, key="carol"):
    """Private; of the messengers the one that has called last is offline."""
    first, second = (talk.open_messenger(desktop, name) for name in ("pidgin", "gajim"))
    first.link, second.link = True, True
    theirs = peer.start_libotr(key, versions=3)
    network = talk.join(Together(first, second), theirs)
    first.start()
    network.carry_until(lambda: first.get("State") == talk.state_of(theirs) == "private",
                        "private")
    set_link(second, False)
    return first, second, theirs, network


def set_link(messenger, link):
    messenger.link = link
    messenger.configure(online=link)


def otrctl_verifies_by_the_messenger_that_is_online():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        for there, away in ((first, second), (second, first)):
            set_link(there, True)
            set_link(away, False)
            seen = len(network.seen)
            asked = in_background(
                lambda: verify_from_outside(desktop), "otrctl",
                lambda is_so, what: carry_and_answer(network, theirs, is_so, what))
            assert asked.returncode == 0 and asked.stdout == "verified\n", asked
            assert there.results()[-1] == "verified" and len(network.seen) > seen
            assert not away.results() and not away.outbox, away.events
            theirs.events.clear()
            first.events.clear(), second.events.clear()
        assert first.get("Trust") == second.get("Trust") == "verified"


def otrctl_accepts_by_the_messenger_that_is_online():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        done(desktop, "trust", talk.BOB, theirs.ready["fingerprint"], "verified")
        first.end()
        network.carry_all()
        theirs = peer.start_libotr("dave", versions=3)
        network = talk.join(Together(first, second), theirs)
        first.start()
        assert first.send("is it you?") == "held"
        network.carry_until(lambda: first.get("Blocked") == "fingerprint-changed", "blocked")
        second.collect()
        done(desktop, "accept", talk.BOB, theirs.ready["fingerprint"])
        network.carry_until(lambda: theirs.texts() == ["is it you?"], "the text that waited")
        assert not second.outbox and second.get("Blocked") == ""


def without_a_messenger_that_is_online_otrctl_says_so():
    with Desktop() as desktop:
        first, second, theirs, network = open_two(desktop)
        set_link(first, False)
        for arguments in (("verify", talk.BOB, "--secret-stdin"),
                          ("verify", talk.BOB, "--pin"), ("verify", talk.BOB, "--abort"),
                          ("accept", talk.BOB, theirs.ready["fingerprint"])):
            said = fails(desktop, 8, *arguments, given="x\n")
            assert "online" in said, said
        assert first.get("Verification") == "idle" and not network.carry_once()
        first.close()
        second.close()
        said = fails(desktop, 8, "verify", talk.BOB, "--pin")
        assert "online" in said, said


def verify_from_outside(desktop):
    return subprocess.run([OTRCTL, "verify", talk.BOB, "--question", QUESTION, "--secret-stdin"],
                          env=desktop.environment, input=SECRET + "\n", text=True,
                          capture_output=True, timeout=110, start_new_session=True)


def carry_and_answer(network, theirs, is_so, what):
    answered = []

    def go_on():
        network.carry_all()
        if talk.was_asked(theirs) and not answered:
            answered.append(True)
            assert talk.was_asked(theirs) == [QUESTION]
            talk.answer(theirs, SECRET)
            network.carry_all()
        return is_so()
    wait_until(go_on, what)


tap.run({
    "verified in one messenger is verified in all": verified_in_one_messenger_is_verified_in_all,
    "it outlives the service and the keyring": it_outlives_the_service_and_the_keyring,
    "a changed verified key stops until it is accepted":
        a_changed_verified_key_stops_until_it_is_accepted,
    "no session is held with a rejected key": no_session_is_held_with_a_rejected_key,
    "a fingerprint on a card is known before the first word":
        a_fingerprint_on_a_card_is_known_before_the_first_word,
    "otrctl verifies beside a messenger that knows only Send and Receive":
        otrctl_verifies_beside_a_messenger_that_knows_only_send_and_receive,
    "otrctl verifies by the messenger that is online":
        otrctl_verifies_by_the_messenger_that_is_online,
    "otrctl accepts by the messenger that is online":
        otrctl_accepts_by_the_messenger_that_is_online,
    "without a messenger that is online otrctl says so":
        without_a_messenger_that_is_online_otrctl_says_so,
}, watchdog=280)
