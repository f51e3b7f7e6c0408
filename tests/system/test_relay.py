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


def a_text_without_an_id_has_one_that_every_reader_of_json_takes():
    with Desktop() as desktop:
        left, _, network = open_both(desktop)
        go_private(network)
        for number in range(8):
            left.ask(send="number %d" % number, at_least="private")
        named = [h["sent"] for h in left.heard if "sent" in h]
        carried = [id for h in left.heard if "transmit" in h for id in h.get("ids", ())]
        assert named == carried and len(set(named)) == 8, (named, carried)
        assert all(0 < id < 2 ** 53 for id in named), named


def an_id_that_not_every_reader_of_json_takes_is_refused():
    with Desktop() as desktop:
        left = Relay(desktop, ALICE, BOB)
        for id in (2 ** 53, 2 ** 63, 2 ** 64 - 1, 2 ** 80):
            left.ask(send="text", id=id)
        errors = [h for h in left.heard if "error" in h]
        assert [e["error"] for e in errors] == ["InvalidArgument"] * 4, errors
        assert all("9007199254740991" in e["message"] for e in errors), errors
        left.ask(send="text", id=2 ** 53 - 1)
        assert [h["sent"] for h in left.heard if "sent" in h] == [2 ** 53 - 1]


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
    "a text without an id has one that every reader of JSON takes":
        a_text_without_an_id_has_one_that_every_reader_of_json_takes,
    "an id that not every reader of JSON takes is refused":
        an_id_that_not_every_reader_of_json_takes_is_refused,
    "the end of input signs off": the_end_of_input_signs_off,
}, watchdog=280)
