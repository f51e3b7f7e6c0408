#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody in the middle has a key of his own: a verified session goes on, keyring
open or locked, under every policy and in both versions."""
import peer
import talk
import tap
from desktop import Desktop

WORDS = "for you alone"
TAG = "0x1a2b3c4d"


def open_two(desktop, version):
    ours = talk.open_messenger(desktop)
    theirs = peer.start_libotr("carol", versions=version, instag=TAG, policy="errstart")
    return ours, theirs, talk.join(ours, theirs)


def an_attack_ends_nothing(policy, version, locked):
    """Somebody else's exchange under the contact's tag, with a key of his own, while our keyring is
    open or locked: the verified session goes on."""
    with Desktop() as desktop:
        ours, theirs, network = open_two(desktop, version)
        ours.manager("SetDefaultPolicy", "(sa{sv})", policy, {})
        talk.go_private_and_verified(network, ours, theirs, version)
        if locked:
            ours.manager("Lock", timeout=60)
        attacker = peer.start_libotr("dave", versions=version, instag=TAG, policy="errstart")
        attack = talk.join(ours, attacker)
        attacker.run("start")
        attack.carry_all()
        ours.receive("?OTRv%d?" % version)
        attack.carry_all()
        assert ours.events_named("waiting" if locked else "fingerprint-changed"), ours.events
        assert attacker.texts() == [] and ours.get("Trust") == "verified"
        assert ours.get("Fingerprint") == theirs.ready["fingerprint"]
        assert ours.send(WORDS + " 1", "verified") == "private"
        attacked = len(network.seen)
        network.carry_all()
        assert theirs.texts() == [WORDS + " 1"], theirs.events
        theirs.run("send", text="still here")
        network.carry_all()
        assert ours.texts() == ["still here"], ours.read
        assert not any(WORDS in line for line in attack.seen + network.seen[attacked:])


tap.run({"attacked while private%s: the verified session goes on (%s, v%d)" % (
    " and locked" if locked else "", policy, version):
        lambda p=policy, v=version, k=locked: an_attack_ends_nothing(p, v, k)
         for policy in ("manual", "opportunistic", "always") for version in (3, 2)
         for locked in (False, True)}, watchdog=280)
