#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two scripts talk, each through an `otrctl relay`: no D-Bus in sight."""
import talk
import tap
from desktop import Desktop, wait_until
from network import Network
from relay import Relay
from talk import ALICE, BOB

QUESTION, SECRET = "Which boat did we miss?", "the Marie-Luise"


def open_both(desktop):
    left, right = Relay(desktop, ALICE, BOB), Relay(desktop, BOB, ALICE)
    return left, right, Network(left, right)


def are_private(*relays):
    return all(relay.state.get("state") == "private" for relay in relays)


def go_private(network):
    left, right = network.ends
    left.ask(start=True)
    network.carry_until(lambda: are_private(left, right), "private")


def two_scripts_hold_a_private_conversation():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        go_private(network)
        for text in talk.TEXTS:
            for end in network.ends:
                end.ask(send=text, at_least="private", id=1 + len(network.seen))
                network.carry_all()
                assert network.other(end).texts("private")[-1] == text
        assert not any(text in line for text in talk.TEXTS for line in network.seen)
        left.ask(end=True)
        network.carry_until(lambda: right.state.get("state") == "finished", "the end")


def scripts_verify_each_other():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        go_private(network)
        left.ask(verify={"question": QUESTION, "secret": SECRET})
        network.carry_until(lambda: right.events("verification-asked"), "asked")
        assert right.events("verification-asked")[0]["question"] == QUESTION
        right.ask(verify={"answer": SECRET})
        network.carry_until(lambda: left.events("verification-finished"), "the result")
        assert left.events("verification-finished")[0]["result"] == "verified"
        wait_until(lambda: left.state.get("trust") == "verified", "the trust")


def what_a_script_gets_wrong_is_an_error_of_the_contract():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        left.ask(send="secret words", at_least="private")
        assert [h["error"] for h in left.heard if "error" in h] == ["NotPrivate"]
        left.ask(verify={"answer": "nobody asked"})
        left.ask(no_such_thing=True)
        errors = [h["error"] for h in left.heard if "error" in h]
        assert len(errors) == 3 and errors[2] == "InvalidArgument", errors
        go_private(network)


def the_end_of_input_signs_off():
    with Desktop() as desktop:
        left, right, network = open_both(desktop)
        go_private(network)
        assert left.close() == 0
        left = Relay(desktop, ALICE, BOB)
        assert left.state["state"] in ("private", "finished"), left.state


tap.run({
    "two scripts hold a private conversation": two_scripts_hold_a_private_conversation,
    "scripts verify each other": scripts_verify_each_other,
    "what a script gets wrong is an error of the contract":
        what_a_script_gets_wrong_is_an_error_of_the_contract,
    "the end of input signs off": the_end_of_input_signs_off,
}, watchdog=280)
