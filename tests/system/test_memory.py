#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After Lock and End the service's memory holds nothing of what was secret."""
import os
import re

import talk
import tap
from desktop import Desktop
from messenger import Client
from relay import Relay
from sealed import private_numbers_of, spellings, vault_key_of
from talk import ALICE, BOB

# Meson sets it, and then libc writes over what is freed: that must not do our work.
os.environ.pop("MALLOC_PERTURB_", None)

TYPED = ["Meet me at the old mill at nine, alone.", "Bring the blue folder along with you."]
SECRET = "the red bicycle of aunt Agatha"
# The allocator's own notes go over the beginning of what is freed, so the end is looked for.
STORY_END = ", which she lost in the autumn when the old mill burnt down"
STORY = 12 * (SECRET + ", ") + STORY_END


def memory_of(pid):
    """Each readable stretch of the process's memory, with its name."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps, \
            open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for line in maps:
            start, end, rights, name = re.match(
                r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)", line).groups()
            if not rights.startswith("r") or name in ("[vvar]", "[vsyscall]"):
                continue
            memory.seek(int(start, 16))
            try:
                yield name or "anonymous", memory.read(int(end, 16) - int(start, 16))
            except OSError:
                continue  # reserved and never used


def traces_of(desktop, secrets):
    return traces_in(desktop.service_pid(), secrets)


def traces_in(pid, secrets):
    found = []
    for name, contents in memory_of(pid):
        for what, secret in secrets.items():
            n_found = sum(contents.count(spelling) for spelling in spellings(secret))
            if n_found:
                found.append("%s in %s, %d times" % (what, name, n_found))
    return found


def nothing_secret_is_left_after_lock_and_end():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        talk.converse(network, TYPED)
        talk.verify(network, left, SECRET, SECRET)
        talk.say_goodbye(network, left)
        right.end()
        client = Client(desktop)
        client.manager("Lock")
        secrets = {"the vault key": vault_key_of(desktop), "the SMP secret": SECRET.encode()}
        numbers = private_numbers_of(desktop)
        assert len(numbers) == 2
        secrets.update({"private key %d" % i: x for i, x in enumerate(numbers)})
        secrets.update({"typed text %d" % i: text.encode() for i, text in enumerate(TYPED)})
        found = traces_of(desktop, secrets)
        assert not found, "; ".join(found)


def a_script_s_secret_is_not_left_in_the_relay():
    with Desktop() as desktop:
        left, right = (Relay(desktop, *names) for names in ((ALICE, BOB), (BOB, ALICE)))
        network = talk.join(left, right)
        left.ask(start=True)
        network.carry_until(lambda: left.state["state"] == right.state["state"] == "private",
                            "private")
        left.ask(verify={"secret": STORY})
        network.carry_until(lambda: right.events("verification-asked"), "asked")
        right.ask(verify={"answer": STORY})
        network.carry_until(lambda: left.events("verification-finished"), "the result")
        assert left.events("verification-finished")[0]["result"] == "verified"
        for relay in (left, right):
            assert traces_in(relay.process.pid, {"the account": ALICE.encode()})
            found = traces_in(relay.process.pid, {"the SMP secret": STORY_END.encode()})
            assert not found, "; ".join(found)


def what_is_there_is_found():
    """The scan itself: a name, and in locked memory the key of an open vault."""
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop, "left", ALICE, BOB)
        messenger.account(messenger.get("Account"), "GenerateKey")
        assert traces_of(desktop, {"the account": ALICE.encode()})
        assert traces_of(desktop, {"the vault key": vault_key_of(desktop)})


tap.run({
    "what is there is found": what_is_there_is_found,
    "nothing secret is left after Lock and End": nothing_secret_is_left_after_lock_and_end,
    "a script's secret is not left in the relay": a_script_s_secret_is_not_left_in_the_relay,
}, watchdog=280)
