#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad input gets an error of the contract, and otrd stays up."""
from gi.repository import GLib

import peer
import talk
import tap
from desktop import Desktop
from messenger import Client, ContractError, call
from talk import ALICE, BOB

MANY = 1024 * 1024
STRING = GLib.Variant("s", "no number")


def check(cases):
    """Each case is a function that otrd must refuse with the error named; the same
    process must answer afterwards."""
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop)
        pid = desktop.service_pid()
        wrong = []
        for what, (expected, function) in cases(desktop, messenger).items():
            got = name_error(function)
            if got not in expected.split():
                wrong.append("%s: %s instead of %s" % (what, got, expected))
        assert not wrong, "\n".join(wrong)
        assert messenger.property("Version") >= 1 and desktop.service_pid() == pid


def name_error(function):
    try:
        function()
    except ContractError as error:
        return error.name if error.remote.startswith("im.otrd1.Error.") else error.remote
    return "no error"


def names(desktop, messenger):
    bad = {"an empty": "", "a tab in the": "a\tb@example.org", "a newline in the": "a\n@b.org",
           "a DEL in the": "a\x7f@b.org", "an over-long": "a" * 1013 + "@example.org"}
    cases = {}
    for what, name in bad.items():
        cases[what + " account"] = ("InvalidArgument",
                                    lambda n=name: messenger.open_account("xmpp", n))
        cases[what + " contact"] = ("InvalidArgument",
                                    lambda n=name: talk.open_messenger(desktop, contact=n))
        cases[what + " protocol"] = ("InvalidArgument",
                                     lambda n=name: messenger.open_account(n, ALICE))
    cases["an application that is no name"] = (
        "InvalidArgument", lambda: messenger.manager("Register", "(sa{sv})", "a\nb", {}))
    return cases


def texts(desktop, messenger):
    return {
        "a text over the limit": ("LimitExceeded InvalidArgument",
                                  lambda: messenger.send("x" * (MANY + 1))),
        "a line over the limit": ("LimitExceeded InvalidArgument",
                                  lambda: messenger.receive("x" * (MANY * 3 // 2 + 1))),
        "an unknown at_least": ("InvalidArgument", lambda: messenger.send("x", "secret")),
        "private where it is not": ("NotPrivate", lambda: messenger.send("x", "private")),
        "verified where it is not": ("NotPrivate", lambda: messenger.send("x", "verified")),
    }


def trust(desktop, messenger):
    path = messenger.get("Account")

    def set_trust(fingerprint, trust="verified"):
        messenger.account(path, "SetTrust", "(sssa{sv})", BOB, fingerprint, trust, {})

    return {
        "a fingerprint of 39 digits": ("InvalidArgument", lambda: set_trust("A" * 39)),
        "a fingerprint of 41 digits": ("InvalidArgument", lambda: set_trust("A" * 41)),
        "a fingerprint that is not hex": ("InvalidArgument", lambda: set_trust("G" * 40)),
        "an empty fingerprint": ("InvalidArgument", lambda: set_trust("")),
        "an unknown trust": ("InvalidArgument", lambda: set_trust("A" * 40, "perhaps")),
        "forgetting one never seen": ("NotFound", lambda: messenger.account(
            path, "Forget", "(ssa{sv})", BOB, "B" * 40, {})),
        "an unknown policy": ("InvalidArgument", lambda: messenger.account(
            path, "SetPolicy", "(ssa{sv})", BOB, "sometimes", {})),
        "an unknown default policy": ("InvalidArgument", lambda: messenger.manager(
            "SetDefaultPolicy", "(sa{sv})", "", {})),
    }


def verification(desktop, messenger):
    return {
        "an answer that nobody asked for": ("NoVerification NotPrivate",
                                            lambda: messenger.answer("x")),
        "an abort of nothing": ("NoVerification NotPrivate", messenger.abort_verification),
        "a verification of nobody": ("NotPrivate", lambda: messenger.verify("x")),
    }


def private_verification(desktop, messenger):
    network = talk.join(messenger, peer.start_libotr("carol"))
    talk.go_private(network, messenger)
    return {
        "an answer that nobody asked for": ("NoVerification", lambda: messenger.answer("x")),
        "an abort of nothing": ("NoVerification", messenger.abort_verification),
        "an empty secret": ("InvalidArgument", lambda: messenger.verify("")),
        "an over-long secret": ("InvalidArgument LimitExceeded",
                                lambda: messenger.verify("x" * 100000)),
        "an over-long question": ("InvalidArgument LimitExceeded",
                                  lambda: messenger.verify("x", "q" * 100000)),
        "accepting a fingerprint that is not in use": (
            "InvalidArgument", lambda: messenger._session(
                "AcceptFingerprint", "(sa{sv})", "A" * 40, {})),
        "an instance that there is not": (
            "NotFound", lambda: messenger._session("SelectInstance", "(ua{sv})", 4711, {})),
        "forgetting the one in use": ("InUse", lambda: messenger.account(
            messenger.get("Account"), "Forget", "(ssa{sv})", BOB, messenger.get("Fingerprint"),
            {})),
    }


def options(desktop, messenger):
    """Known keys of a wrong type; an unknown key is ignored."""
    path = messenger.get("Account")
    messenger.send("hello", unheard_of=GLib.Variant("as", ["x"]))
    return {
        "id": ("InvalidArgument", lambda: messenger.send("x", id=STRING)),
        "clear": ("InvalidArgument", lambda: messenger.send("x", clear=STRING)),
        "from": ("InvalidArgument",
                 lambda: messenger.receive("x", **{"from": GLib.Variant("u", 1)})),
        "history": ("InvalidArgument", lambda: messenger.receive("x", history=STRING)),
        "online": ("InvalidArgument", lambda: messenger.configure(online=STRING)),
        "max-message-size": ("InvalidArgument",
                             lambda: messenger.configure(max_message_size=STRING)),
        "a max-message-size too small": ("InvalidArgument",
                                         lambda: messenger.configure(max_message_size=37)),
        "content-type": ("InvalidArgument",
                         lambda: messenger.configure(content_type="image/png")),
        "end-if-last": ("InvalidArgument", lambda: messenger.detach(end_if_last=STRING)),
        "create": ("InvalidArgument", lambda: messenger.open_account("xmpp", ALICE, create=STRING)),
        "replace": ("InvalidArgument", lambda: messenger.account(
            path, "GenerateKey", "(a{sv})", {"replace": STRING})),
        "limit": ("InvalidArgument", lambda: messenger.fingerprints(path, limit=STRING)),
        "occupant": ("InvalidArgument", lambda: talk.open_messenger(desktop, occupant=STRING)),
    }


def handles(desktop, messenger):
    """An option of type `h` in a message that carries no descriptor."""
    handle = {"passphrase": GLib.Variant("h", 0)}
    secret = {"secret": GLib.Variant("h", 3)}
    return {
        "passphrase": ("InvalidArgument NotSupported",
                       lambda: messenger.manager("Unlock", "(a{sv})", handle)),
        "secret to ask": ("InvalidArgument", lambda: messenger._session(
            "StartVerification", "(sa{sv})", "", secret)),
        "secret to answer": ("InvalidArgument", lambda: messenger._session(
            "AnswerVerification", "(sa{sv})", "", secret)),
        "backup": ("InvalidArgument NotSupported", lambda: messenger.manager(
            "BackupVault", "(ha{sv})", 0, {})),
        "import": ("InvalidArgument NotSupported", lambda: messenger.manager(
            "Import", "(sa{sh}a{sv})", "libotr", {"private-keys": 0}, {})),
    }


NO_OBJECT = ("NotFound org.freedesktop.DBus.Error.UnknownObject "
             "org.freedesktop.DBus.Error.UnknownMethod "
             "org.freedesktop.DBus.Error.UnknownInterface")


def paths(desktop, messenger):
    def collect(path):
        call(messenger.connection, path, "im.otrd1.Session", "Collect", "(a{sv})", {})

    return {
        "no session there": (NO_OBJECT, lambda: collect(messenger.path + "x")),
        "no account there": (NO_OBJECT, lambda: messenger.account(
            "/im/otrd1/account/none", "GenerateKey")),
        "an account's path": (NO_OBJECT, lambda: collect(messenger.get("Account"))),
        "the root": (NO_OBJECT, lambda: collect("/")),
        "an account not to be made": ("NotFound", lambda: messenger.open_account(
            "xmpp", "nobody@example.org", create=False)),
    }


def strangers(desktop, messenger):
    """Session methods of a program that is no messenger of the session."""
    stranger = Client(desktop, "stranger")

    def ask(method, signature="(a{sv})", *arguments):
        return call(stranger.connection, messenger.path, "im.otrd1.Session", method, signature,
                    *(arguments or ({},)))

    return {"configuring what it is not attached to": ("NoMessenger", lambda: ask("Configure"))}


def hostile_lines_are_survived():
    lines = ["?OTR", "?OTR:", "?OTR:===.", "?OTR:AAMC.", "?OTR:AAMCAAAA", "?OTRv?", "?OTRv99?",
             "?OTR?v", "?OTR,1,2,x,", "?OTR|1|2,1,1,?OTR:AAMD,", "?OTR|zz|zz,00001,00002,x,",
             "?OTR,65535,65535,x,", "?OTR,0,0,,", "?OTR Error:", "?OTR Error: \x01\x02",
             "?OTR:AAMDAAABAQAAAQEB" + "A" * 5000 + ".", "?OTRv23?" * 1000,
             " \t  \t\t\t\t \t \t \t  " * 50, "?OTR:AAEDAA==.", "?OTR:AAIK" + "////" * 60 + "."]
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop)
        pid = desktop.service_pid()
        for line in lines:
            for sender in ("bob@example.org/a", "bob@example.org/b"):
                messenger.receive(line, **{"from": sender})
        assert desktop.service_pid() == pid
        network = talk.join(messenger, peer.start_libotr("carol"))
        messenger.take_transmissions()
        talk.go_private(network, messenger)
        for line in lines:
            messenger.receive(line)
            messenger.take_transmissions()
        assert messenger.get("State") == "private" and desktop.service_pid() == pid


tap.run({
    "names": lambda: check(names),
    "texts and lines": lambda: check(texts),
    "fingerprints, trust and policies": lambda: check(trust),
    "verifications outside a private session": lambda: check(verification),
    "verifications in a private session": lambda: check(private_verification),
    "option keys of a wrong type": lambda: check(options),
    "handles without a descriptor": lambda: check(handles),
    "paths that do not exist": lambda: check(paths),
    "calls of a program that is not attached": lambda: check(strangers),
    "hostile lines are survived": hostile_lines_are_survived,
}, watchdog=280)
