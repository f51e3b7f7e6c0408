#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What otrctl makes of each answer of the service, and what it puts on the bus:
exit statuses, secrets, prompts, hostile words; and whether help, completion and
man page know every verb."""
import contextlib
import json
import os
import pathlib
import subprocess

from gi.repository import GLib

import tap
from desktop import Desktop
from otrctl_fake import ACCOUNT, ACCOUNT_PATH, MANAGER, MANAGER_PATH, SESSION, SESSION_PATH, \
    FakeService, OURS, THEIRS
from otrctl_run import OTRCTL, Terminal, done, fails, run

BOB = "bob@example.org"
NAME = "xmpp:alice@example.org"
DATA = pathlib.Path(os.environ["OTRD_DATA"])
STATUS = {
    "Failed": 1, "InvalidArgument": 2, "AccessDenied": 6, "NotFound": 4, "Exists": 8, "Locked": 5,
    "Dismissed": 5, "KeyStoreUnavailable": 7, "VaultDamaged": 7, "StorageFailed": 7,
    "NotPrivate": 8, "Finished": 8, "FingerprintChanged": 8, "Rejected": 8, "NoVerification": 8,
    "NoMessenger": 8, "LimitExceeded": 1, "Busy": 8, "InUse": 8, "NotSupported": 10,
}


@contextlib.contextmanager
def fake():
    with Desktop(program="/bin/false", keyring=False) as desktop:
        service = FakeService(desktop)
        try:
            yield desktop, service
        finally:
            service.close()


def table():
    lines = subprocess.run([OTRCTL, "help", "--table"], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    return [["" if field == "-" else field for field in line.split("\t")] for line in lines]


def each_error_has_its_exit_status():
    with fake() as (desktop, service):
        for name, status in STATUS.items():
            service.answers["SetTrust"] = name
            said = fails(desktop, status, "trust", NAME, BOB, THEIRS, "verified")
            assert "because" in said and "\033" not in said, said


def a_service_that_is_not_there_is_status_3():
    with Desktop(program="/bin/false", keyring=False) as desktop:
        for verb in (["status"], ["accounts"], ["policy", NAME], ["unlock"],
                     ["relay", "xmpp", "a@b", "c@d"]):
            fails(desktop, 3, *verb)
        assert run(desktop, "status", DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere").status == 3


def wrong_words_are_status_2_without_a_service():
    with Desktop(program="/bin/false", keyring=False) as desktop:
        for line in ("frob", "key", "status --frob", "trust a b c d", "relay xmpp"):
            assert "otrctl help" in fails(desktop, 2, *line.split())
        assert run(desktop).status == 2
        assert done(desktop, "--version") == done(desktop, "version")
        assert done(desktop, "--help") == done(desktop, "help")
        assert done(desktop, "key", "show", "--help") == done(desktop, "help", "key")
        assert done(desktop, "-h") == done(desktop, "help", "--no-prompt") == done(desktop, "help")
        for line in ("key --help", "key -h", "--help key", "-h key show", "key show -h"):
            assert done(desktop, *line.split()) == done(desktop, "help", "key"), line
        for line in ("--no-prompt", "--no-prompt frob", "--frob status"):
            assert "otrctl help" in fails(desktop, 2, *line.split())


def options_may_stand_before_the_verb():
    with fake() as (desktop, service):
        assert done(desktop, "--json", "status") == done(desktop, "status", "--json")
        done(desktop, "--no-prompt", "accounts")


def a_fingerprint_that_is_missing_is_one_of_those_listed():
    with fake() as (desktop, service):
        for verb in (["trust", BOB, "verified"], ["forget", BOB]):
            service.answers["ListFingerprints"] = lambda *_: ([], "")
            assert "No fingerprint" in fails(desktop, 2, *verb)
            service.answers["ListFingerprints"] = lambda *_: ([
                {"contact": GLib.Variant("s", BOB), "fingerprint": GLib.Variant("s", print),
                 "trust": GLib.Variant("s", trust)}
                for print, trust in ((OURS, "unverified"), (THEIRS, "rejected"))], "")
            said = fails(desktop, 2, *verb)
            for print, trust in ((OURS, "unverified"), (THEIRS, "rejected")):
                assert "%s (%s)" % (" ".join([print[:8]] * 5), trust) in said, said
            assert "after the contact" in said, said


def an_empty_list_is_not_shown_for_a_closed_vault():
    with fake() as (desktop, service):
        closed = (("locked", 5), ("keyless", 7), ("damaged", 7), ("unavailable", 7))
        del service.objects[SESSION_PATH]
        service.objects = {MANAGER_PATH: service.objects[MANAGER_PATH]}
        for vault, status in closed:
            service.set(MANAGER_PATH, MANAGER, Vault=vault)
            assert vault in fails(desktop, status, "accounts")
            fails(desktop, status, "fingerprints")
            assert "vault: %s\n" % vault in done(desktop, "status")
        service.set(MANAGER_PATH, MANAGER, Vault="new")
        assert done(desktop, "accounts") == ""


def a_secret_crosses_the_bus_by_descriptor_alone():
    with fake() as (desktop, service):
        secret = "Geheimnis\u00fc"
        service.answers["GetVerification"] = lambda *_: ({"result": GLib.Variant("s", "verified")},)
        out = done(desktop, "verify", NAME, BOB, "--question", "Where?", "--secret-stdin",
                   given=secret + "\n")
        assert out == "verified\n"
        ((string, options), contents), = service.called("StartVerification")
        assert string == "" and options["question"] == "Where?", (string, options)
        assert contents == [secret.encode()], contents


def a_passphrase_crosses_the_bus_by_descriptor_alone():
    with fake() as (desktop, service):
        service.set(MANAGER_PATH, MANAGER, KeyStore="passphrase", Vault="locked")
        done(desktop, "unlock", "--passphrase-stdin", given="open sesame\n")
        status, screen = Terminal(desktop, "unlock").talk(("Passphrase of the vault: ", "typed\r"))
        assert status == 0 and "typed" not in screen, screen
        contents = [contents for arguments, contents in service.called("Unlock")]
        assert contents == [[b"open sesame"], [b"typed"]], contents
        fails(desktop, 2, "unlock")


def a_prompt_that_is_left_leaves_the_terminal_as_it_was():
    with fake() as (desktop, service):
        for key in ("\x03", "\x04"):
            status, screen = Terminal(desktop, "verify", NAME, BOB, "--secret").talk(
                ("Secret that you share: ", "abc" + key))
            assert status == 5 and "abc" not in screen, (status, screen)
        assert not service.called("StartVerification")


def a_pin_is_shown():
    with fake() as (desktop, service):
        service.answers["StartVerification"] = lambda *_: (
            [], [("verification-pin", {"pin": GLib.Variant("s", "123456")})])
        service.answers["GetVerification"] = lambda *_: ({"result": GLib.Variant("s", "cheated")},)
        result = run(desktop, "verify", NAME, BOB, "--pin")
        assert result.status == 9 and result.out == "pin: 123456\ncheated\n", result
        ((string, options), contents), = service.called("StartVerification")
        assert options["pin"] is True and string == "" and contents == [], options


def a_person_is_asked_how():
    with fake() as (desktop, service):
        service.answers["GetVerification"] = lambda *_: ({"result": GLib.Variant("s", "verified")},)
        status, screen = Terminal(desktop, "verify", BOB).talk(
            ("[q/s/p/m] ", "q\n"), ("can answer: ", "Which b\u00f6at?\n"),
            ("you share: ", "typed\r"))
        assert status == 0 and "typed" not in screen, screen
        ((string, options), contents), = service.called("StartVerification")
        assert options["question"] == "Which b\u00f6at?" and contents == [b"typed"], options
        status, screen = Terminal(desktop, "verify", BOB).talk(("[q/s/p/m] ", "m\n"),
                                                               ("[yes/no]", "yes\n"))
        assert status == 0 and "01234567 89abcdef" in screen, screen
        (arguments, _), = service.called("SetTrust")
        assert arguments[:3] == (BOB, THEIRS, "verified"), arguments
        status, screen = Terminal(desktop, "verify", BOB).talk(("[q/s/p/m] ", "x\n"))
        assert status == 5, screen
        fails(desktop, 2, "verify", BOB)


def a_secret_is_taken_as_it_sounds_when_asked_for():
    with fake() as (desktop, service):
        service.answers["GetVerification"] = lambda *_: ({"result": GLib.Variant("s", "verified")},)
        done(desktop, "verify", BOB, "--secret-stdin", given="x\n")
        done(desktop, "verify", BOB, "--secret-stdin", "--normalise", given="x\n")
        given = [options.get("normalise") for (_, options), _ in
                 service.called("StartVerification")]
        assert given == [None, True], given


def a_fingerprint_is_taken_as_it_was_pasted():
    link = "xmpp:bob%40example.org?message;otr-fingerprint=" + THEIRS.lower()
    with fake() as (desktop, service):
        lines = [["trust", NAME, BOB, THEIRS, "verified"],
                 ["trust", BOB, " ".join(["BBBBBBBB"] * 5), "verified"],
                 ["trust", BOB, *["BBBBBBBB"] * 5, "verified"],
                 ["trust", BOB, ":".join(["bb"] * 20), "verified"],
                 ["trust", BOB, "\u00a0".join(["BBBBBBBB"] * 5) + "\n", "verified"],
                 ["trust", BOB, "\t".join(["BBBB"] * 10), "verified"],
                 ["trust", link, "verified"],
                 ["trust", NAME, link, "verified"]]
        for line in lines:
            done(desktop, *line)
        asked = [(arguments[0], "".join(arguments[1].split()).replace(":", "").upper())
                 for arguments, _ in service.called("SetTrust")]
        assert asked == [(BOB, THEIRS)] * len(lines), asked
        for line in (["trust", BOB, "verified"], ["forget", BOB], ["trust", NAME, BOB, "verified"],
                     ["trust", NAME, BOB, "123", "verified"], ["trust", "verified"]):
            fails(desktop, 2, *line)


def a_history_is_told_in_order():
    record = {"contact": "bob@example.org", "fingerprint": THEIRS, "trust": "rejected",
              "method": "manual", "application": "otrctl", "first-seen": 1000000,
              "trust-since": 3000000, "last-seen": 4000000,
              "history": [{"trust": "unverified", "trust-since": 1000000},
                          {"trust": "verified", "method": "smp", "application": "pidgin",
                           "trust-since": 2000000}]}

    def packed(fields):
        return {key: GLib.Variant("s" if isinstance(value, str) else "t", value)
                if not isinstance(value, list) else
                GLib.Variant("aa{sv}", [packed(state) for state in value])
                for key, value in fields.items()}
    with fake() as (desktop, service):
        service.answers["ListFingerprints"] = lambda *_: ([packed(record)], "")
        told = json.loads(done(desktop, "history", BOB, "--json"))
        assert [(line["event"], line["when"]) for line in told] == [
            ("first-seen", 1000000), ("verified", 2000000), ("rejected", 3000000),
            ("last-seen", 4000000)], told
        assert told[1]["method"] == "smp" and told[1]["application"] == "pidgin", told
        lines = done(desktop, "history", NAME, BOB).splitlines()
        assert lines[1].split("\t")[1:4] == ["verified", "smp", "pidgin"], lines
        known = done(desktop, "fingerprints", "--long")
        assert "verified 1970-01-24" in known and "smp pidgin" in known, known


def a_narrow_terminal_has_a_line_for_each_field():
    with fake() as (desktop, service):
        service.answers["ListFingerprints"] = lambda *_: ([{
            "contact": GLib.Variant("s", BOB), "fingerprint": GLib.Variant("s", THEIRS),
            "trust": GLib.Variant("s", "verified")}], "")
        status, wide = Terminal(desktop, "fingerprints", columns=140).talk()
        assert status == 0 and len(wide.splitlines()) == 2 and "FINGERPRINT" in wide, wide
        status, narrow = Terminal(desktop, "fingerprints", columns=60).talk()
        assert status == 0 and "contact: " + BOB in narrow and "trust: \033[32m" in narrow, narrow
        assert all(len(line) <= 60 for line in narrow.splitlines()), narrow
        dialog = ("[yes/no]", "no\n")
        status, wide = Terminal(desktop, "verify", BOB, "--manual", columns=100).talk(dialog)
        assert " ".join(["AAAAAAAA"] * 5) + "  " + " ".join(["BBBBBBBB"] * 5) in wide, wide
        status, narrow = Terminal(desktop, "verify", BOB, "--manual", columns=60).talk(dialog)
        assert "\n  " + " ".join(["BBBBBBBB"] * 5) in narrow, narrow


def a_key_is_shown_as_a_link():
    with fake() as (desktop, service):
        link = "xmpp:alice@example.org?otr-fingerprint=" + OURS
        assert done(desktop, "key", "show", NAME, "--link") == link + "\n"
        service.set(ACCOUNT_PATH, ACCOUNT, Protocol="irc", Name="alice@net")
        fails(desktop, 10, "key", "show", "alice@net", "--link")


def a_changed_key_is_accepted_only_after_a_yes():
    with fake() as (desktop, service):
        service.set(SESSION_PATH, SESSION, Blocked="fingerprint-changed")
        service.answers["ListFingerprints"] = lambda *_: ([
            {"trust": GLib.Variant("s", "verified"), "fingerprint": GLib.Variant("s", OURS),
             "method": GLib.Variant("s", "openpgp")},
            {"trust": GLib.Variant("s", "unverified"), "fingerprint": GLib.Variant("s", THEIRS)},
        ], "")
        status, screen = Terminal(desktop, "accept", NAME, BOB).talk(("[yes/no]", "y\n"))
        assert status == 1 and not service.called("AcceptFingerprint"), screen
        assert "AAAAAAAA AAAAAAAA" in screen and "method: openpgp" in screen, screen
        assert screen.count(" ".join(["BBBBBBBB"] * 5)) == 1, screen
        status, screen = Terminal(desktop, "accept", NAME, BOB).talk(("[yes/no]", "yes\n"))
        assert status == 0, screen
        (arguments, _), = service.called("AcceptFingerprint")
        assert arguments[0] == THEIRS
        fails(desktop, 2, "accept", NAME, BOB)
        done(desktop, "accept", NAME, BOB, THEIRS)


def an_account_is_removed_only_after_a_yes():
    with fake() as (desktop, service):
        status, screen = Terminal(desktop, "account", "remove", NAME).talk(("[yes/no]", "no\n"))
        assert status == 1 and not service.called("Remove"), screen
        status, screen = Terminal(desktop, "account", "remove", NAME).talk(("[yes/no]", "yes\n"))
        (options,), _ = service.called("Remove")[0]
        assert status == 0 and options["confirm"] == "alice@example.org", options


def hostile_words_do_not_steer_the_terminal():
    with fake() as (desktop, service):
        service.set(SESSION_PATH, SESSION, Contact="bob\033]0;owned\007@example.org",
                    Messengers=["pid\ngin"])
        out = done(desktop, "sessions") + done(desktop, "sessions", "--long")
        assert "\033" not in out and "\007" not in out and "pid\ngin" not in out, out
        service.answers["GetVerification"] = lambda *_: (
            {"question": GLib.Variant("s", "a\033[2J\u202eb"), "result": GLib.Variant("s", "x")},)
        service.set(SESSION_PATH, SESSION, Contact=BOB, Verification="asked")
        said = run(desktop, "verify", NAME, BOB, "--secret-stdin", "--timeout", "1",
                   given="x\n").err
        assert "asks: a" in said and "\033" not in said and "\u202e" not in said, said


def colours_are_for_terminals():
    with fake() as (desktop, service):
        assert "\033" not in done(desktop, "sessions")
        status, screen = Terminal(desktop, "sessions").talk()
        assert status == 0 and "\033[32mprivate\033[0m" in screen, screen
        status, screen = Terminal(desktop, "sessions", NO_COLOR="1").talk()
        assert "\033" not in screen, screen


def a_long_list_is_fetched_to_its_end():
    with fake() as (desktop, service):
        def list_page(wanted):
            start = int(wanted.get("after", 0))
            page = [{"contact": GLib.Variant("s", "c%d" % i)} for i in range(start, start + 500)]
            return page, str(start + 500) if start < 1000 else ""
        service.answers["ListFingerprints"] = list_page
        records = json.loads(done(desktop, "fingerprints", "--json"))
        assert [r["contact"] for r in records] == ["c%d" % i for i in range(1500)]
        assert records[0]["account"] == NAME


def a_list_may_be_of_one_fingerprint():
    with fake() as (desktop, service):
        done(desktop, "fingerprints", "--fingerprint", THEIRS.lower(), "--trust", "verified")
        (wanted,), _ = service.called("ListFingerprints")[0]
        assert wanted == {"fingerprint": THEIRS.lower(), "trust": "verified"}, wanted


def every_verb_is_in_the_help():
    text = subprocess.run([OTRCTL, "help"], capture_output=True, text=True, check=True).stdout
    for verb, subverb, words, options in table():
        usage = " ".join(filter(None, (verb, subverb, words)))
        assert "  %s" % usage in text, usage


def every_verb_is_in_the_man_page():
    text = (DATA / "otrctl.1").read_text().replace("\\-", "-").replace("\\fB", "").replace(
        "\\fR", "").replace('"', "")
    for verb, subverb, words, options in table():
        name = " ".join(filter(None, (verb, subverb)))
        assert name in text, name
        for option in options.split():
            assert option in text, (verb, option)


def complete(*words):
    script = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _otrctl; ' \
        'printf "%s\\n" "${COMPREPLY[@]}"'
    path = os.pathsep.join((os.path.dirname(OTRCTL), os.environ["PATH"]))
    return subprocess.run(["bash", "-c", script, "bash", str(DATA / "otrctl.bash"), "otrctl",
                           *words], capture_output=True, text=True, check=True,
                          env={**os.environ, "PATH": path}).stdout.split()


def every_verb_and_option_is_completed():
    for verb, subverb, words, options in table():
        assert verb in complete(verb[:2]), verb
        line = [verb, subverb] if subverb else [verb]
        if subverb:
            assert subverb in complete(verb, ""), subverb
        assert set(options.split()) <= set(complete(*line, "-")), line
    assert complete("trust", "a", "b", "c", "v") == ["verified"]
    assert complete("trust", "b", "f", "rej") == ["rejected"]


tap.run({
    "each error has its exit status": each_error_has_its_exit_status,
    "a service that is not there is status 3": a_service_that_is_not_there_is_status_3,
    "wrong words are status 2 without a service": wrong_words_are_status_2_without_a_service,
    "options may stand before the verb": options_may_stand_before_the_verb,
    "a fingerprint that is missing is one of those listed":
        a_fingerprint_that_is_missing_is_one_of_those_listed,
    "an empty list is not shown for a closed vault": an_empty_list_is_not_shown_for_a_closed_vault,
    "a secret crosses the bus by descriptor alone": a_secret_crosses_the_bus_by_descriptor_alone,
    "a passphrase crosses the bus by descriptor alone":
        a_passphrase_crosses_the_bus_by_descriptor_alone,
    "a prompt that is left leaves the terminal as it was":
        a_prompt_that_is_left_leaves_the_terminal_as_it_was,
    "a pin is shown": a_pin_is_shown,
    "a person is asked how": a_person_is_asked_how,
    "a secret is taken as it sounds when asked for": a_secret_is_taken_as_it_sounds_when_asked_for,
    "a fingerprint is taken as it was pasted": a_fingerprint_is_taken_as_it_was_pasted,
    "a history is told in order": a_history_is_told_in_order,
    "a narrow terminal has a line for each field": a_narrow_terminal_has_a_line_for_each_field,
    "a key is shown as a link": a_key_is_shown_as_a_link,
    "a changed key is accepted only after a yes": a_changed_key_is_accepted_only_after_a_yes,
    "an account is removed only after a yes": an_account_is_removed_only_after_a_yes,
    "hostile words do not steer the terminal": hostile_words_do_not_steer_the_terminal,
    "colours are for terminals": colours_are_for_terminals,
    "a long list is fetched to its end": a_long_list_is_fetched_to_its_end,
    "a list may be of one fingerprint": a_list_may_be_of_one_fingerprint,
    "every verb is in the help": every_verb_is_in_the_help,
    "every verb is in the man page": every_verb_is_in_the_man_page,
    "every verb and option is completed": every_verb_and_option_is_completed,
}, watchdog=280)
