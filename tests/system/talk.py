# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the system tests say of a conversation, in words: two otrd messengers,
or one and a peer that is not otrd."""
from messenger import ContractError, Messenger
from network import Network
from peer import Peer

ALICE, BOB, CAROL = "alice@example.org", "bob@example.org", "carol@example.org"
TEXTS = ["Meet me at the old mill.", "Grüße, schöne Wörter: ñ, 語, 🙂", "<b>no & markup</b>",
         "?OTR is how this text begins", "a long one " * 300]


def open_messenger(desktop, application="messenger", account=ALICE, contact=BOB, **options):
    return Messenger(desktop, application, "xmpp", account, contact, **options)


def state_of(end):
    return end.state()["state"] if isinstance(end, Peer) else end.get("State")


def own_fingerprint(end):
    if isinstance(end, Peer):
        return end.ready["fingerprint"]
    return end.account_property(end.get("Account"), "Fingerprint")


def seen_fingerprint(end):
    return end.state()["fingerprint"] if isinstance(end, Peer) else end.get("Fingerprint")


def start(end):
    end.run("start") if isinstance(end, Peer) else end.start()


def send(end, text):
    if isinstance(end, Peer):
        end.run("send", text=text)
    else:
        verdict = end.send(text, "private")
        assert verdict == "private", verdict


def try_to_send(messenger, text):
    """By policy, and if the service refuses it the error's name."""
    try:
        messenger.send(text)
    except ContractError as error:
        return error.name
    return None


def ask(end, secret, question=None):
    if isinstance(end, Peer):
        end.run("smp-start", secret=secret, **({"question": question} if question else {}))
    else:
        end.verify(secret, question)


def answer(end, secret):
    end.run("smp-answer", secret=secret) if isinstance(end, Peer) else end.answer(secret)


def was_asked(end):
    """The question that the end was asked: [None] of a shared secret."""
    if isinstance(end, Peer):
        return [e.get("question") for e in end.events
                if e["event"] == "smp" and e["result"] == "asked"]
    return [details.get("question") for details in end.events_named("verification-asked")]


def outcomes(end):
    """How verifications ended, as this end was told."""
    return [r for r in end.results() if r != "asked"]


def finish(end):
    end.run("end") if isinstance(end, Peer) else end.end()


def go_private(network, starter):
    start(starter)
    left, right = network.ends
    network.carry_until(lambda: state_of(left) == state_of(right) == "private", "private")
    assert seen_fingerprint(left) == own_fingerprint(right)
    assert seen_fingerprint(right) == own_fingerprint(left)


def go_private_and_verified(network, ours, theirs, version):
    """Under the version wanted, and the user has compared fingerprints."""
    go_private(network, theirs if version == 2 else ours)
    assert ours.get("OtrVersion") == version
    ours.account(ours.get("Account"), "SetTrust", "(sssa{sv})", BOB, theirs.ready["fingerprint"],
                 "verified", {})
    assert ours.get("Trust") == "verified"


def converse(network, texts=TEXTS):
    """Each says each text, the other reads it as it was typed, the network does not."""
    for text in texts:
        for end in network.ends:
            send(end, text)
            network.carry_all()
            other = network.other(end)
            assert other.texts()[-1:] == [text], (text, other.texts()[-1:])
    carried = "\n".join(network.seen)
    assert not any(text in carried for text in texts)


def verify(network, asker, secret, answered, question=None):
    """A whole verification; how it ended for the asker and the answerer."""
    answerer = network.other(asker)
    asked, ended = len(was_asked(answerer)), (len(outcomes(asker)), len(outcomes(answerer)))
    ask(asker, secret, question)
    network.carry_until(lambda: len(was_asked(answerer)) > asked, "asked")
    assert was_asked(answerer)[-1] == question, was_asked(answerer)
    answer(answerer, answered)
    network.carry_until(lambda: len(outcomes(asker)) > ended[0]
                        and len(outcomes(answerer)) > ended[1], "the verification's end")
    return outcomes(asker)[ended[0]], outcomes(answerer)[ended[1]]


def say_goodbye(network, ender):
    other = network.other(ender)
    finish(ender)
    network.carry_until(lambda: state_of(ender) == "plaintext" and state_of(other) == "finished",
                        "the end")


def join(left, right):
    return Network(left, right)
