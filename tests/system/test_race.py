#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""End by one messenger races Send by another: two connections in two threads, calls pipelined, a
thousand rounds in all over versions, policies, and the keyring open and locked. The user who ended
may write in the clear, the other's texts never are."""
import collections
import threading

from gi.repository import Gio, GLib

import tap
from desktop import Desktop
from imported import import_keys
from messenger import Client, call
from talk import ALICE

ROUNDS = 84     # of each of the 12 kinds
WORDS = "for you alone"
PLAIN_POLICIES = ("manual", "opportunistic")


class Answered:
    """What one pipelined call was answered: `error`, or verdict and lines."""

    def __init__(self, method, results, error):
        self.method, self.error, self.verdict = method, error, None
        self.lines = []
        if results is not None:
            self.lines = [line for line, _ in results[-2]]
            self.verdict = results[0] if method == "Send" else None


class Racer(Client):
    """A messenger in a thread of its own, which answers for nobody else."""

    def open(self, contact):
        return self.manager("OpenSession", "(sssa{sv})", "xmpp", ALICE, contact, {})[0]

    def pipeline(self, path, calls, barrier, early):
        """All calls at once; `early`: the first goes out before the other has its start."""
        context = GLib.MainContext()
        context.push_thread_default()
        answers = []
        begun = self._begin(path, calls[:early], answers)
        barrier.wait(60)
        begun += self._begin(path, calls[early:], answers)
        while len(answers) < begun:
            context.iteration(True)
        context.pop_thread_default()
        return answers

    def _begin(self, path, calls, answers):
        for method, *arguments in calls:
            signature = "(ssa{sv})" if method == "Send" else "(a{sv})"
            self.connection.call(
                "im.otrd1", path, "im.otrd1.Session", method,
                GLib.Variant(signature, (*arguments, {})), None, Gio.DBusCallFlags.NONE, 100000,
                None, self._on_answer, (method, answers))
        return len(calls)

    @staticmethod
    def _on_answer(connection, result, data):
        method, answers = data
        try:
            answers.append(Answered(method, connection.call_finish(result).unpack(), None))
        except GLib.Error as error:
            assert Gio.DBusError.is_remote_error(error), error
            answers.append(Answered(method, None, Gio.DBusError.get_remote_error(error)))


def receive(client, path, line):
    verdict, text, details, transmit, events = call(
        client.connection, path, "im.otrd1.Session", "Receive", "(sa{sv})", line, {})
    return [sent for sent, _ in transmit]


def go_private(ours, our_path, theirs, their_path, version):
    """The contact is asked, as if we had: it commits."""
    ends = collections.deque([(theirs, their_path), (ours, our_path)])
    lines = ["?OTRv%d?" % version]
    while lines:
        receiver, path = ends[0]
        ends.rotate(1)
        lines = [answer for line in lines for answer in receive(receiver, path, line)]
    assert ours.property("State", our_path, "im.otrd1.Session") == "private"
    assert ours.property("OtrVersion", our_path, "im.otrd1.Session") == version


def in_threads(*functions):
    results = [None] * len(functions)

    def run(number):
        results[number] = functions[number]()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in results, "a thread has failed"
    return results


def check_others(answers, counts):
    """Each text is encrypted, waits, or was refused."""
    for answer in answers:
        counts[answer.verdict or answer.error.rpartition(".")[2]] += 1
        assert answer.error or answer.verdict in ("private", "held"), answer.verdict
        assert not any(WORDS in line for line in answer.lines), answer.lines
        assert answer.verdict != "private" or all(line.startswith("?OTR")
                                                  for line in answer.lines)


def check_enders(answers, policy, locked):
    """Whoever ended knows that it is over: what comes next is by the policy."""
    ended, own = answers
    assert ended.method == "End" and ended.error is None, ended.error
    if policy in PLAIN_POLICIES and not locked:
        assert own.verdict == "plaintext", (own.verdict, own.error)
    else:
        assert own.error or own.verdict == "held", own.verdict


def race(ender, sender, path, number, policy, locked, counts):
    barrier = threading.Barrier(2)
    text = "%s %d" % (WORDS, number)
    # A third of the rounds each: one is first, the other is, or both leave at once.
    kind = number % 3
    ends, sends = in_threads(
        lambda: ender.pipeline(path, [("End",), ("Send", "in the open", "")], barrier,
                               1 if kind == 0 else 0),
        lambda: sender.pipeline(path, [("Send", text, "")] * 3, barrier, 1 if kind == 1 else 0))
    check_enders(ends, policy, locked)
    check_others(sends, counts)
    # And after all of it, as often as it likes.
    late = sender.pipeline(path, [("Send", text, "")] * 2, threading.Barrier(1), 0)
    check_others(late, counts)
    assert all(answer.verdict != "private" for answer in late)


def a_thousandth_part(version, policy, locked):
    contacts = ["contact%d@example.org" % number for number in range(ROUNDS)]
    counts = collections.Counter()
    with Desktop() as desktop:
        ender, sender, theirs = (Racer(desktop, name) for name in ("ender", "sender", "theirs"))
        import_keys(theirs, desktop.folder, {ALICE: "carol", **dict.fromkeys(contacts, "dave")})
        theirs.manager("SetDefaultPolicy", "(sa{sv})", policy, {})
        paths = []
        for contact in contacts:
            paths.append(ender.open(contact))
            assert sender.open(contact) == paths[-1]
            their_path = theirs.manager("OpenSession", "(sssa{sv})", "xmpp", contact, ALICE, {})[0]
            go_private(ender, paths[-1], theirs, their_path, version)
        if locked:
            theirs.manager("Lock", timeout=110)
        for number, path in enumerate(paths):
            race(ender, sender, path, number, policy, locked, counts)
    print("#", dict(counts))


if __name__ == "__main__":
    tap.run({"an End that races a Send lets nothing out (%s, v%d%s)" % (
        policy, version, ", locked" if locked else ""):
            lambda v=version, p=policy, k=locked: a_thousandth_part(v, p, k)
             for version in (3, 2) for policy in ("manual", "opportunistic", "always")
             for locked in (False, True)}, watchdog=280)
