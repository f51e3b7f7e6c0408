#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A man in the middle, with a third key, on a contact that was verified: under
every policy, in both versions, after the user's End, after a restart, with one
messenger or two, no text reaches him, and the user sees the old key and the new."""
import itertools

import peer
import talk
import tap
from desktop import Desktop

SECRET, QUESTION = "the old mill", "Where did we meet?"


class Attack:
    """Bob is verified; from then on whoever answers has a third key. Each attack
    is on a contact of its own, so that one desktop does for many."""

    def __init__(self, desktop, version, contact):
        self.desktop, self.contact, self.version = desktop, contact, version
        self.ours = self.open("pidgin")
        theirs = peer.start_libotr("carol", versions=version)
        self.network = talk.join(self.ours, theirs)
        talk.go_private(self.network, self.ours)
        assert self.ours.get("OtrVersion") == version
        talk.verify(self.network, self.ours, SECRET, SECRET, QUESTION)
        self.bobs = self.ours.get("Fingerprint")

    def open(self, application):
        return talk.open_messenger(self.desktop, application, contact=self.contact)

    def prepare(self, policy, restarted, ended, two):
        self.ours.account(self.ours.get("Account"), "SetPolicy", "(ssa{sv})", self.contact, policy,
                          {})
        if ended:
            talk.say_goodbye(self.network, self.ours)
        if restarted:
            self.ours.close()
            self.desktop.stop_service()
            self.ours = self.open("pidgin")
        self.messengers = [self.ours] + ([self.open("gajim")] if two else [])

    def say(self, when):
        for messenger in self.messengers:
            talk.try_to_send(messenger, "not for mallory, " + when)
            self.carry()

    def carry(self):
        """What the second messenger transmits goes to the same network."""
        self.network.carry_all()
        for messenger in self.messengers[1:]:
            for line in messenger.take_transmissions():
                self.network.seen.append(line)
                self.mallory.receive(line)
        self.network.carry_all()

    def run(self, policy, ended):
        self.mallory = peer.start_libotr("dave", versions=self.version)
        self.network = talk.join(self.ours, self.mallory)
        # After the user's End texts go in the clear where the policy lets them: that is no attack.
        private = not ended or policy == "always"
        self.mallory.run("start")
        if private:
            self.say("before")
        self.carry()
        if private or policy != "never":
            self.say("after")
        if policy != "never":
            self.ours.start()
        self.carry()
        if private or policy != "never":
            self.say("asked for")

    def got_nothing(self):
        read = self.mallory.texts() + self.mallory.texts(private=False)
        assert not any("not for mallory" in text for text in read + self.network.seen), read


def attack(policy, version):
    with Desktop() as desktop:
        cases = itertools.product((False, True), repeat=3)
        for number, (restarted, ended, two) in enumerate(cases):
            one = Attack(desktop, version, "bob%d@example.org" % number)
            one.prepare(policy, restarted, ended, two)
            one.run(policy, ended)
            one.got_nothing()
            if policy != "never":
                saw_both(one.messengers, one.bobs, one.mallory.ready["fingerprint"])


def saw_both(messengers, old, new):
    event = [e for m in messengers for e in m.events_named("fingerprint-changed")][0]
    assert event["fingerprint"] == new and event["known"] == "changed-from-verified", event
    record, = event["old"]
    assert record["fingerprint"] == old and record["trust"] == "verified", record
    assert record["method"] == "question" and record["history"], record


tests = {}
for policy in ("never", "manual", "opportunistic", "always"):
    for version in (2, 3):
        tests["nothing reaches a third key, policy %s, v%d" % (policy, version)] = (
            lambda p=policy, v=version: attack(p, v))
tap.run(tests, watchdog=280)
