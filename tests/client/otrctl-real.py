#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each verb of otrctl against the real service, with a real keyring and, where
there must be a conversation, two relays that hold one."""
import json
import re
import signal
import subprocess

from gi.repository import GLib

import tap
from desktop import Desktop, wait_until
from network import Network
from otrctl_run import OTRCTL, Terminal, done, fails, in_background, run
from relay import Relay

ALICE, BOB = "alice@example.org", "bob@example.org"
ACCOUNT = "xmpp:" + ALICE
STRANGER = "0123456789ABCDEF0123456789ABCDEF01234567"
STRANGER_GROUPED = "01234567 89ABCDEF 01234567 89ABCDEF 01234567"
GROUPED = re.compile(r"^[0-9A-F]{8}( [0-9A-F]{8}){4}$")


class Conversation:
    """Two relays on one service, private; the network goes on by itself."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.alice = Relay(desktop, ALICE, BOB, application="left")
        self.bob = Relay(desktop, BOB, ALICE, application="right")
        self.network = Network(self.alice, self.bob)
        self.alice.ask(start=True)
        self.network.carry_until(
            lambda: all(r.state.get("state") == "private" for r in (self.alice, self.bob)),
            "private")
        self.network.carry_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Messengers go before the service: it would wait to bid them goodbye."""
        for relay in (self.alice, self.bob):
            if relay.process.poll() is None:
                relay.process.terminate()
                relay.process.wait(20)

    def call(self, *arguments, given=""):
        return in_background(
            lambda: subprocess.run([OTRCTL, *arguments], env=self.desktop.environment, input=given,
                                   text=True, capture_output=True, timeout=110,
                                   start_new_session=True),
            "otrctl", self.network.carry_until)

    def answer_with(self, secret):
        """Bob answers as soon as he is asked."""
        def on_heard(heard):
            if heard.get("event") == "verification-asked":
                GLib.idle_add(lambda: self.bob.ask(verify={"answer": secret}) and False)
        self.bob.on_heard = on_heard


def an_account_is_made_shown_and_removed():
    with Desktop() as desktop:
        assert done(desktop, "account", "add", "prpl-jabber", ALICE + "/Home") == ACCOUNT + "\n"
        fails(desktop, 4, "key", "show", ACCOUNT)
        made = run(desktop, "key", "generate", ALICE)
        assert made.status == 0 and GROUPED.match(made.out.strip()), made
        assert "may take a while" in made.err, made
        assert done(desktop, "key", "show", "Jabber:" + ALICE) == made.out
        fails(desktop, 8, "key", "generate", ACCOUNT)
        assert done(desktop, "accounts") == "\t".join(
            (ACCOUNT, "ready", "inherit", made.out))
        assert json.loads(done(desktop, "accounts", "--json"))[0]["fingerprint"] \
            == made.out.strip().replace(" ", "")
        assert done(desktop, "key", "generate", ACCOUNT, "--replace") != made.out
        fails(desktop, 2, "account", "remove", ACCOUNT)
        done(desktop, "account", "remove", ACCOUNT, "--yes")
        assert done(desktop, "accounts") == ""
        fails(desktop, 4, "account", "remove", ACCOUNT, "--yes")


def a_name_alone_is_enough_unless_two_have_it():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        assert done(desktop, "policy", ALICE) == "opportunistic (default)\n"
        done(desktop, "account", "add", "gadu-gadu", ALICE)
        said = fails(desktop, 2, "policy", ALICE)
        assert ACCOUNT in said and "gadu-gadu:" + ALICE in said, said
        fails(desktop, 4, "policy", "nobody@example.org")
        fails(desktop, 4, "policy", "xmpp:nobody@example.org")


def status_says_what_the_service_is():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        lines = dict(line.split(": ", 1) for line in done(desktop, "status").splitlines())
        assert lines["vault"] == "ready" and lines["accounts"] == "1", lines
        assert lines["key-store"] == "secret-service" and lines["contract"] == "1", lines
        assert json.loads(done(desktop, "status", "--json"))[0]["vault"] == "ready"


def a_policy_holds_for_all_an_account_or_a_contact():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "policy", "manual")
        assert done(desktop, "policy") == "manual (default)\n"
        assert done(desktop, "policy", ACCOUNT) == "manual (default)\n"
        done(desktop, "policy", ACCOUNT, "always")
        assert done(desktop, "policy", ACCOUNT, BOB) == "always (account)\n"
        done(desktop, "policy", ACCOUNT, BOB, "never")
        assert done(desktop, "policy", ACCOUNT, BOB) == "never (contact)\n"
        done(desktop, "policy", ACCOUNT, BOB, "inherit")
        assert done(desktop, "policy", ACCOUNT, BOB) == "always (account)\n"
        fails(desktop, 2, "policy", "inherit")
        fails(desktop, 2, "policy", ACCOUNT, BOB, "sometimes")


def a_contact_alone_has_its_policy_set_where_one_account_knows_it():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "account", "add", "gadu-gadu", "12345")
        fails(desktop, 4, "policy", BOB, "always")
        done(desktop, "trust", ACCOUNT, BOB, STRANGER, "verified")
        assert done(desktop, "policy", BOB, "always") \
            == "always (contact %s of %s)\n" % (BOB, ACCOUNT)
        assert done(desktop, "policy", BOB) == "always (contact)\n"
        assert done(desktop, "policy", ACCOUNT) == "opportunistic (default)\n"
        done(desktop, "trust", "gadu-gadu:12345", BOB, STRANGER, "verified")
        said = fails(desktop, 2, "policy", BOB, "never")
        assert ACCOUNT in said and "gadu-gadu:12345" in said, said


def what_is_set_says_whose_it_is():
    """An address that is an own account and a contact of another means the account."""
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "account", "add", "xmpp", BOB)
        done(desktop, "trust", ACCOUNT, BOB, STRANGER, "verified")
        assert done(desktop, "policy", BOB, "never") == "never (account xmpp:%s)\n" % BOB
        assert done(desktop, "policy", ACCOUNT, BOB) == "opportunistic (default)\n"
        assert done(desktop, "policy", ACCOUNT, BOB, "always") \
            == "always (contact %s of %s)\n" % (BOB, ACCOUNT)
        assert done(desktop, "policy", "manual") == "manual (default)\n"


def trust_is_given_listed_and_forgotten():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        assert done(desktop, "fingerprints") == ""
        done(desktop, "trust", ACCOUNT, BOB, STRANGER_GROUPED.lower(), "verified")
        done(desktop, "trust", ACCOUNT, BOB, "F" * 40, "rejected")
        lines = done(desktop, "fingerprints", ACCOUNT, "--trust", "verified").splitlines()
        assert lines == ["\t".join((ACCOUNT, BOB, "verified", STRANGER_GROUPED))], lines
        assert len(done(desktop, "fingerprints", "--contact", BOB).splitlines()) == 2
        known = done(desktop, "fingerprints", "--trust=verified", "--long")
        assert "method: manual\n" in known and "verified-at: 2" in known, known
        record, = json.loads(done(desktop, "fingerprints", "--trust", "rejected", "--json"))
        assert record["fingerprint"] == "F" * 40 and record["in-use"] is False, record
        done(desktop, "forget", ACCOUNT, BOB, STRANGER)
        fails(desktop, 4, "forget", ACCOUNT, BOB, STRANGER)
        fails(desktop, 2, "trust", ACCOUNT, BOB, "12345", "verified")
        fails(desktop, 2, "fingerprints", "--trust", "maybe")


def the_account_may_be_left_out_where_one_knows_the_contact():
    with Desktop() as desktop:
        done(desktop, "account", "add", "gadu-gadu", "12345")
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "trust", "xmpp:%s?otr-fingerprint=%s" % (BOB, STRANGER.lower()), "verified")
        record, = json.loads(done(desktop, "fingerprints", "--json"))
        assert (record["account"], record["fingerprint"]) == (ACCOUNT, STRANGER), record
        done(desktop, "trust", BOB, *STRANGER_GROUPED.split(), "rejected")
        told = json.loads(done(desktop, "history", BOB, "--json"))
        assert [line["event"] for line in told] == ["verified", "rejected"], told
        assert all(line["method"] == "manual" and line["application"] == "otrctl"
                   for line in told), told
        fails(desktop, 4, "history", "carol@example.org")
        done(desktop, "trust", "gadu-gadu:12345", BOB, STRANGER, "verified")
        said = fails(desktop, 2, "history", BOB)
        assert ACCOUNT in said and "gadu-gadu:12345" in said, said


def sessions_and_clients_show_who_talks():
    with Desktop() as desktop, Conversation(desktop) as talk:
        lines = done(desktop, "sessions").splitlines()
        assert lines[0].split("\t") \
            == [ACCOUNT, BOB, "private", "unverified", "-", "0", "left"], lines
        assert "otr-version: 3\n" in done(desktop, "sessions", "--long")
        applications = [line.split("\t")[0] for line in done(desktop, "clients").splitlines()]
        assert {"left", "right"} <= set(applications), applications
        assert talk.alice.close() == 0 and talk.bob.close() == 0


def a_question_verifies_the_contact():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.answer_with("Marie-Luise")
        asked = talk.call("verify", ACCOUNT, BOB, "--question", "Which boat?", "--secret-stdin",
                          given="Marie-Luise\n")
        assert asked.returncode == 0 and asked.stdout == "verified\n", asked
        assert talk.bob.events("verification-asked")[0]["question"] == "Which boat?"
        assert "\tverified\t" in done(desktop, "fingerprints", ACCOUNT)
        record, = json.loads(done(desktop, "fingerprints", ACCOUNT, "--json"))
        assert record["method"] == "question", record


def a_pin_is_told_to_who_asks():
    """The contact types what it was told on another channel: here, by this test."""
    with Desktop() as desktop, Conversation(desktop) as talk:
        process = subprocess.Popen([OTRCTL, "verify", ACCOUNT, BOB, "--pin"], text=True,
                                   env=desktop.environment, stdout=subprocess.PIPE)
        pin = in_background(process.stdout.readline, "the pin", talk.network.carry_until)
        assert re.match(r"pin: [0-9]{6}$", pin), pin
        talk.network.carry_until(lambda: talk.bob.events("verification-asked"), "asked")
        talk.bob.ask(verify={"answer": pin.split()[1]})
        status = in_background(process.wait, "the result", talk.network.carry_until)
        assert status == 0 and process.stdout.read() == "verified\n"
        process.stdout.close()


def a_wrong_answer_is_status_9_and_keeps_what_was_verified():
    with Desktop() as desktop, Conversation(desktop) as talk:
        record, = json.loads(done(desktop, "fingerprints", ACCOUNT, "--json"))
        done(desktop, "trust", ACCOUNT, BOB, record["fingerprint"], "verified")
        talk.answer_with("the other one")
        asked = talk.call("verify", ACCOUNT, BOB, "--question", "Which boat?", "--secret-stdin",
                          given="Marie-Luise\n")
        assert asked.returncode == 9 and asked.stdout == "failed\n", asked
        assert "\tverified\t" in done(desktop, "fingerprints", ACCOUNT)


def a_contact_that_asks_is_answered():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.bob.ask(verify={"secret": "Marie-Luise", "question": "Which boat?"})
        talk.network.carry_until(lambda: talk.alice.events("verification-asked"), "asked")
        talk.network.carry_all()
        answered = talk.call("verify", ACCOUNT, BOB, "--secret-stdin", given="Marie-Luise\n")
        assert answered.returncode == 0 and answered.stdout == "answered\n", answered
        assert "Which boat?" in answered.stderr and "ask back" in answered.stderr, answered
        wait_until(lambda: talk.bob.state["trust"] == "verified", "bob's trust")
        assert "\tunverified\t" in done(desktop, "fingerprints", ACCOUNT)


def a_shared_secret_verifies_both_whoever_asked():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.bob.ask(verify={"secret": "Marie-Luise"})
        talk.network.carry_until(lambda: talk.alice.events("verification-asked"), "asked")
        talk.network.carry_all()
        answered = talk.call("verify", ACCOUNT, BOB, "--secret-stdin", given="Marie-Luise\n")
        assert answered.returncode == 0 and answered.stdout == "verified\n", answered
        assert "the secret that you share" in answered.stderr, answered
        assert "ask back" not in answered.stderr, answered
        wait_until(lambda: talk.bob.state["trust"] == "verified", "bob's trust")
        record, = json.loads(done(desktop, "fingerprints", ACCOUNT, "--json"))
        assert (record["trust"], record["method"], record["application"]) == (
            "verified", "smp", "otrctl"), record
        told = done(desktop, "history", BOB).splitlines()
        assert ["verified", "smp", "otrctl"] in [line.split("\t")[1:4] for line in told], told


def a_verification_that_nobody_answers_is_given_up():
    with Desktop() as desktop, Conversation(desktop) as talk:
        asked = talk.call("verify", ACCOUNT, BOB, "--secret-stdin", "--timeout", "1",
                          given="Marie-Luise\n")
        assert asked.returncode == 9 and asked.stdout == "aborted\n", asked
        talk.network.carry_all()
        fails(desktop, 8, "verify", ACCOUNT, BOB, "--abort")


def fingerprints_are_compared_side_by_side():
    with Desktop() as desktop, Conversation(desktop) as talk:
        ours, theirs = (done(desktop, "key", "show", a).strip()
                        for a in (ACCOUNT, "xmpp:" + BOB))
        status, screen = Terminal(desktop, "verify", ACCOUNT, BOB, "--manual").talk(
            ("[yes/no]", "no\n"))
        assert status == 9 and ours in screen and theirs in screen, screen
        assert talk.alice.state["trust"] == "unverified"
        status, screen = Terminal(desktop, "verify", ACCOUNT, BOB, "--manual").talk(
            ("[yes/no]", "yes\n"))
        assert status == 0, screen
        wait_until(lambda: talk.alice.state["trust"] == "verified", "the trust")


def a_secret_is_typed_unseen():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.answer_with("Märchen")
        terminal = Terminal(desktop, "verify", ACCOUNT, BOB, "--secret")
        status, screen = terminal.talk(("Secret that you share: ", "Märü\x7fchen\r"),
                                       wait=talk.network.carry_until)
        assert status == 0 and "verified" in screen, screen
        assert "rchen" not in screen, screen


def what_has_no_session_is_status_4():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        fails(desktop, 4, "verify", ACCOUNT, BOB, "--pin")
        fails(desktop, 4, "accept", ACCOUNT, BOB, STRANGER)


def what_is_not_private_is_status_8():
    with Desktop() as desktop:
        relay = Relay(desktop, ALICE, BOB)
        fails(desktop, 8, "verify", ACCOUNT, BOB, "--secret-stdin", given="x\n")
        fails(desktop, 8, "verify", ACCOUNT, BOB, "--manual")
        fails(desktop, 8, "accept", ACCOUNT, BOB)
        assert relay.close() == 0


def another_key_than_the_one_in_use_is_not_accepted():
    with Desktop() as desktop, Conversation(desktop) as talk:
        fails(desktop, 2, "accept", ACCOUNT, BOB, STRANGER)
        assert talk.alice.state["state"] == "private"


def locking_does_not_change_the_default_policy():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "policy", "always")
        done(desktop, "lock")
        assert done(desktop, "policy") == "always (default)\n"
        assert "default-policy: always\n" in done(desktop, "status")


def what_was_not_read_from_the_vault_is_not_made_up():
    def status_of(desktop):
        return dict(line.split(": ", 1) for line in done(desktop, "status").splitlines())
    for spoil, status in ((Desktop.stop_keyring, 7), (Desktop.delete_keyring_items, 7),
                          (damage_vault, 7), (lock_keyring, 5)):
        with Desktop() as desktop:
            done(desktop, "account", "add", "xmpp", ALICE)
            done(desktop, "policy", "always")
            desktop.stop_service()
            spoil(desktop)
            shown = status_of(desktop)
            assert shown["default-policy"] == shown["accounts"] == "-", shown
            assert "not known" in fails(desktop, status, "policy")
            fails(desktop, status, "accounts")


def damage_vault(desktop):
    (desktop.home / ".local/share/otrd/trust").write_bytes(b"")


def lock_keyring(desktop):
    desktop.stop_keyring()
    desktop.start_keyring(unlock=False)


def come_with_another_key(talk, expected):
    """Bob makes a new key, and Alice talks to it; the old one and the new, as shown."""
    bob = "xmpp:" + BOB
    old = done(talk.desktop, "key", "show", bob).strip()
    made = talk.call("key", "generate", bob, "--replace")
    assert made.returncode == 0, made
    talk.network.carry_until(lambda: talk.alice.state["state"] == "finished", "the goodbye")
    talk.alice.ask(start=True)
    talk.network.carry_until(lambda: talk.alice.events("fingerprint-changed"), "the change")
    talk.network.carry_all()
    wait_until(lambda: talk.alice.state["blocked"] == expected, "what is blocked")
    return old, made.stdout.strip()


def what_was_known_is_shown_before_a_key_is_accepted():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.answer_with("Marie-Luise")
        talk.call("verify", ACCOUNT, BOB, "--question", "Which boat?", "--secret-stdin",
                  given="Marie-Luise\n")
        old, new = come_with_another_key(talk, "fingerprint-changed")
        status, compared = Terminal(desktop, "verify", BOB, "--manual").talk(("[yes/no]", "no\n"))
        assert status == 9 and old in compared and new in compared, compared
        status, screen = Terminal(desktop, "accept", BOB).talk(
            ("[yes/no]", "yes\n"), wait=talk.network.carry_until)
        assert status == 0 and screen.count(new) == 1, screen
        before, _, after = screen.partition(new)
        assert "Known until now:" in before and old in before, screen
        for words in ("method: question", "application: otrctl", "history: unverified"):
            assert words in before and words in compared, screen
        wait_until(lambda: talk.alice.state["blocked"] == "", "the acceptance")
        record, = json.loads(done(desktop, "fingerprints", "--contact", BOB, "--fingerprint",
                                  new.lower(), "--json"))
        assert record["trust"] == "unverified", record


def a_key_in_use_is_not_among_those_known_before():
    with Desktop() as desktop, Conversation(desktop) as talk:
        old, new = come_with_another_key(talk, "")
        status, screen = Terminal(desktop, "accept", BOB).talk(
            ("[yes/no]", "yes\n"), wait=talk.network.carry_until)
        assert status == 0 and old in screen and screen.count(new) == 1, screen


def a_locked_vault_is_opened_again():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        done(desktop, "lock")
        wait_until(lambda: "vault: locked\n" in done(desktop, "status"), "locked")
        done(desktop, "unlock")
        said = done(desktop, "status")
        assert "vault: ready\n" in said, said


def monitor_prints_what_changes():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        for options, expected in (((), 'PolicyChanged'), (("--json",), '"PolicyChanged"')):
            monitor = desktop.start([OTRCTL, "monitor", *options], stdout=subprocess.PIPE)
            assert b"service" in monitor.stdout.readline()
            policy = "always" if options else "never"
            done(desktop, "policy", ACCOUNT, policy)
            seen = ""
            while expected not in seen:
                seen += monitor.stdout.readline().decode()
            assert policy in seen, seen
            monitor.send_signal(signal.SIGTERM)
            assert monitor.wait(20) == 0
            monitor.stdout.close()


def read_until(process, *expected):
    """The line that has all of these words."""
    while True:
        line = process.stdout.readline().decode()
        assert line, "it ended without %s" % (expected,)
        if all(word in line for word in expected):
            return line


def monitor_shows_callers_come_and_go():
    with Desktop() as desktop:
        done(desktop, "account", "add", "xmpp", ALICE)
        monitor = desktop.start([OTRCTL, "monitor"], stdout=subprocess.PIPE)
        read_until(monitor, "service there")
        relay = Relay(desktop, ALICE, BOB, application="left")
        read_until(monitor, "Session.Messengers = ", "left")
        another = Relay(desktop, ALICE, BOB, application="right")
        read_until(monitor, "Session.Messengers = ", "left", "right")
        assert relay.close() == 0
        assert "left" not in read_until(monitor, "Session.Messengers = ", "right")
        assert another.close() == 0
        read_until(monitor, " removed")
        monitor.send_signal(signal.SIGTERM)
        assert monitor.wait(60) == 0
        monitor.stdout.close()


def a_relay_ends_when_asked_to():
    with Desktop() as desktop, Conversation(desktop) as talk:
        talk.bob.process.send_signal(signal.SIGTERM)
        assert talk.bob.process.wait(20) == 0
        talk.alice.process.stdin.write(b'{"detach": true}\n')
        talk.alice.process.stdin.flush()
        assert talk.alice.process.wait(20) == 0


def a_relay_outlives_the_service():
    with Desktop() as desktop, Conversation(desktop) as talk:
        desktop.stop_service(signal.SIGKILL)
        for relay in (talk.alice, talk.bob):
            wait_until(lambda: {"service": False} in relay.heard, "the news")
        talk.alice.ask(start=True)
        talk.network.carry_until(lambda: talk.alice.state["state"] == "private"
                                 and talk.bob.state["state"] == "private", "private again")
        assert {"service": True} in talk.alice.heard
        talk.alice.ask(send="still there?", at_least="private")
        talk.network.carry_all()
        assert talk.bob.texts("private") == ["still there?"]


def input_may_be_written_ahead():
    with Desktop() as desktop, Conversation(desktop) as talk:
        first = talk.alice.asked
        texts = ["text %d" % n for n in range(200)]
        lines = [json.dumps({"send": text, "id": n + 1}) for n, text in enumerate(texts)]
        lines.insert(100, "nonsense")
        talk.alice.process.stdin.write(("\n".join(lines) + "\n").encode())
        talk.alice.process.stdin.flush()
        wait_until(lambda: talk.alice.answered == first + 201, "all answers")
        answers = [h["done"] for h in talk.alice.heard if "done" in h]
        assert answers == list(range(1, first + 202)), answers
        assert [h["input"] for h in talk.alice.heard if "error" in h] == [first + 101]
        assert [h["sent"] for h in talk.alice.heard if "sent" in h] == list(range(1, 201))
        talk.network.carry_all()
        assert talk.bob.texts("private") == texts


tap.run({
    "an account is made, shown and removed": an_account_is_made_shown_and_removed,
    "a name alone is enough unless two have it": a_name_alone_is_enough_unless_two_have_it,
    "status says what the service is": status_says_what_the_service_is,
    "a policy holds for all, an account or a contact":
        a_policy_holds_for_all_an_account_or_a_contact,
    "a contact alone has its policy set where one account knows it":
        a_contact_alone_has_its_policy_set_where_one_account_knows_it,
    "what is set says whose it is": what_is_set_says_whose_it_is,
    "trust is given, listed and forgotten": trust_is_given_listed_and_forgotten,
    "the account may be left out where one knows the contact":
        the_account_may_be_left_out_where_one_knows_the_contact,
    "sessions and clients show who talks": sessions_and_clients_show_who_talks,
    "a question verifies the contact": a_question_verifies_the_contact,
    "a pin is told to who asks": a_pin_is_told_to_who_asks,
    "a wrong answer is status 9 and keeps what was verified":
        a_wrong_answer_is_status_9_and_keeps_what_was_verified,
    "a contact that asks is answered": a_contact_that_asks_is_answered,
    "a shared secret verifies both, whoever asked": a_shared_secret_verifies_both_whoever_asked,
    "a verification that nobody answers is given up":
        a_verification_that_nobody_answers_is_given_up,
    "fingerprints are compared side by side": fingerprints_are_compared_side_by_side,
    "a secret is typed unseen": a_secret_is_typed_unseen,
    "what has no session is status 4": what_has_no_session_is_status_4,
    "what is not private is status 8": what_is_not_private_is_status_8,
    "another key than the one in use is not accepted":
        another_key_than_the_one_in_use_is_not_accepted,
    "locking does not change the default policy": locking_does_not_change_the_default_policy,
    "what was not read from the vault is not made up":
        what_was_not_read_from_the_vault_is_not_made_up,
    "what was known is shown before a key is accepted":
        what_was_known_is_shown_before_a_key_is_accepted,
    "a key in use is not among those known before": a_key_in_use_is_not_among_those_known_before,
    "a locked vault is opened again": a_locked_vault_is_opened_again,
    "monitor prints what changes": monitor_prints_what_changes,
    "monitor shows callers come and go": monitor_shows_callers_come_and_go,
    "a relay ends when asked to": a_relay_ends_when_asked_to,
    "a relay outlives the service": a_relay_outlives_the_service,
    "input may be written ahead": input_may_be_written_ahead,
}, watchdog=280)
