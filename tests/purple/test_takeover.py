#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who has used pidgin-otr with three accounts starts Finch, or Pidgin,
with our plugin for the first time. What is judged is the screen, what the
service has afterwards, and that the old files are as they were."""
import contextlib
import os

import irc
import profile
import tap
import xmpp
from desktop import Desktop
from finch import Finch
from messenger import Client
from pidgin import Pidgin
from screen import Screen

OLD = ("otr.private_key", "otr.fingerprints")
OWN = {("xmpp", "alice@example.org"): "B440F8BDB4940B2EA8A2358B348232A5D755B0EE",
       ("xmpp", "carol@example.org"): "AAFDB78744D0064EBF2388995BCC967FF33EC731",
       ("irc", "alice@irc.example.net"): "1F5623DF5934E82D77A87A03F78CC955F2FA05F8"}
TRUST = {
    ("xmpp", "alice@example.org"): {
        ("bob@example.org", "C3CE08B6109F2D794A9843065705273D50790390"): "verified",
        ("bob@example.org", "FDC7878EB3F4ABBFA0FDF498B4BEEA5C50772A38"): "unverified",
        ("dave@example.org", "00112233445566778899AABBCCDDEEFF00112233"): "verified",
        ("erin@example.org", "00112233445566778899AABBCCDDEEFF00112255"): "unverified",
        ("grace@example.org", "00112233445566778899AABBCCDDEEFF00112266"): "unverified"},
    ("xmpp", "carol@example.org"): {},
    ("irc", "alice@irc.example.net"): {
        ("dave", "00112233445566778899AABBCCDDEEFF00112244"): "unverified"}}
TAKE_OVER = "t"  # the letter of the menu
OFFER = "Take over the keys and contacts of pidgin-otr?"


def check_all_came_over(desktop):
    client = Client(desktop)
    for (protocol, name), own in OWN.items():
        path = client.open_account(protocol, name)
        assert client.account_property(path, "Fingerprint") == own, (protocol, name)
        trust = {(record["contact"], record["fingerprint"]): record["trust"]
                 for record in client.fingerprints(path)}
        assert trust == TRUST[(protocol, name)], trust
    client.close()


def check_nothing_came(desktop):
    client = Client(desktop)
    for protocol, name in OWN:
        path = client.open_account(protocol, name)
        assert client.account_property(path, "Fingerprint") == "", name
        assert not client.fingerprints(path)
    client.close()


def check_old_files(folder):
    for name in OLD:
        assert (folder / name).read_bytes() == (profile.FIXTURES / name).read_bytes(), name


@contextlib.contextmanager
def finch_of_a_newcomer(title, prepare=profile.write_three_accounts):
    with Desktop() as desktop:
        server = irc.Server(desktop.folder)
        finch = Finch(desktop, "alice", "bob", server.port, prepare)
        try:
            yield desktop, finch
        finally:
            finch.keep_screen(title)
            finch.close()
            server.close()


def finch_shows_what_would_come_and_takes_it_over():
    with finch_of_a_newcomer("takeover") as (desktop, finch):
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        for words in ("alice@example.org (xmpp): your key B440F8BD... will come; contacts' "
                      "fingerprints: 5 new (2 verified)",
                      "carol@example.org (xmpp): your key AAFDB787... will come",
                      "alice@irc.example.net (irc): your key 1F5623DF... will come; contacts' "
                      "fingerprints: 1 new (0 verified)",
                      "erin@example.org, 00112233...: \"überprüft\"",
                      "line 6 of the fingerprints", "line 7 of the fingerprints"):
            finch.wait_for(words)
        finch.keep_screen("takeover-preview")
        check_nothing_came(desktop)
        finch.press("Enter")
        finch.bring_to_front("OTR: taken over")
        finch.wait_for("Taken over from pidgin-otr.")
        finch.wait_for("your key B440F8BD... has come")
        check_all_came_over(desktop)
        check_old_files(desktop.home / ".purple")


def what_was_refused_is_not_offered_again_but_can_be_asked_for():
    with finch_of_a_newcomer("takeover-later") as (desktop, finch):
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        finch.press("Tab")
        finch.press("Enter")
        finch.wait_for_no_more(OFFER)
        check_nothing_came(desktop)
        finch.choose_action(TAKE_OVER)
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        finch.press("Enter")
        finch.bring_to_front("OTR: taken over")
        finch.wait_for("Taken over from pidgin-otr.")
        check_all_came_over(desktop)


def nothing_is_offered_to_those_who_have_it_already():
    with finch_of_a_newcomer("takeover-done") as (desktop, finch):
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        finch.press("Enter")
        finch.bring_to_front("OTR: taken over")
        finch.wait_for("Taken over from pidgin-otr.")
        finch.press("Enter")
        finch.choose_action(TAKE_OVER)
        finch.bring_to_front("OTR: taken over")
        finch.wait_for("There is nothing new to take over.")
        finch.wait_for("your key is here already")


def write_damaged_keys(folder):
    profile.write_three_accounts(folder)
    (folder / "otr.private_key").write_bytes(b"")


def a_damaged_file_of_keys_is_told_beside_what_would_come():
    with finch_of_a_newcomer("takeover-damaged", write_damaged_keys) as (_desktop, finch):
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        finch.wait_for("otr.private_key: the file of private keys is empty or damaged")
        finch.wait_for("alice@example.org (xmpp): contacts' fingerprints: 5 new (2 verified)")


OLD_SWITCHES = """<pref name='OTR'><pref name='enabled' type='bool' value='1'/>
<pref name='automatic' type='bool' value='0'/><pref name='onlyprivate' type='bool' value='0'/>
</pref></pref>
"""
OF_BOB = "".join("<setting name='OTR/%s' type='bool'>1</setting>" % name
                 for name in ("overridedefault", "enabled", "automatic", "onlyprivate"))


def write_policies(folder):
    """Of one who has pidgin-otr do nothing by itself, but for Bob."""
    profile.write_three_accounts(folder)
    for file, end, addition in (("prefs.xml", "</pref>\n", OLD_SWITCHES),
                                ("blist.xml", "</buddy>", OF_BOB + "</buddy>")):
        begin, rest = (folder / file).read_text().rsplit(end, 1)
        (folder / file).write_text(begin + addition + rest)


def policies(client):
    path = client.open_account("irc", "alice@127.0.0.1")
    return (client.property("DefaultPolicy"),
            client.account(path, "GetPolicy", "(sa{sv})", "bob", {}))


def policies_come_over_as_well():
    with finch_of_a_newcomer("takeover-policies", write_policies) as (desktop, finch):
        client = Client(desktop)
        finch.bring_to_front("OTR: take over")
        finch.wait_for("When conversations are private: - everybody: manual - bob: always")
        assert policies(client) == ("opportunistic", ("opportunistic", "default"))
        finch.press("Enter")
        finch.bring_to_front("OTR: taken over")
        finch.wait_for("- everybody: manual - bob: always")
        assert policies(client) == ("manual", ("always", "contact"))


def policies_that_the_user_has_set_are_kept():
    with finch_of_a_newcomer("takeover-policies-kept", write_policies) as (desktop, finch):
        client = Client(desktop)
        finch.bring_to_front("OTR: take over")
        finch.wait_for(OFFER)
        finch.press("Tab", "Enter")  # not now
        finch.wait_for_no_more(OFFER)
        client.manager("SetDefaultPolicy", "(sa{sv})", "always", {})
        client.account(client.open_account("irc", "alice@127.0.0.1"), "SetPolicy", "(ssa{sv})",
                       "bob", "never", {})
        finch.choose_action(TAKE_OVER)
        finch.bring_to_front("OTR: take over")
        finch.wait_for("left as it is here: - everybody: manual, here always "
                       "- bob: always, here never")
        finch.press("Enter")
        finch.bring_to_front("OTR: taken over")
        assert policies(client) == ("always", ("never", "contact"))


def pidgin_shows_what_would_come_and_takes_it_over():
    with Desktop() as desktop, contextlib.ExitStack() as stack:
        server = xmpp.Server(desktop.folder, ["alice", "bob"])
        stack.callback(server.close)
        screen = Screen(desktop.folder)
        stack.callback(screen.close)
        pidgin = Pidgin(desktop, screen, "alice", server.port,
                        (os.environ["OTRD_PLUGIN"], os.environ["OTRD_PIDGIN_PLUGIN"]),
                        prepare=profile.write_three_accounts)
        stack.callback(pidgin.close)
        pidgin.wait_for_dialog("OTR: take over from pidgin-otr")
        screen.photograph_as("takeover-pidgin-preview")
        check_nothing_came(desktop)
        pidgin.answer_by_enter("OTR: take over from pidgin-otr")
        pidgin.wait_for_dialog("OTR: taken over")
        screen.photograph_as("takeover-pidgin-done")
        check_all_came_over(desktop)
        check_old_files(desktop.home / ".purple")


if __name__ == "__main__":
    tap.run({
        "Finch shows what would come and takes it over":
            finch_shows_what_would_come_and_takes_it_over,
        "what was refused is not offered again but can be asked for":
            what_was_refused_is_not_offered_again_but_can_be_asked_for,
        "nothing is offered to those who have it already":
            nothing_is_offered_to_those_who_have_it_already,
        "a damaged file of keys is told beside what would come":
            a_damaged_file_of_keys_is_told_beside_what_would_come,
        "policies come over as well": policies_come_over_as_well,
        "policies that the user has set are kept": policies_that_the_user_has_set_are_kept,
        "Pidgin shows what would come and takes it over":
            pidgin_shows_what_would_come_and_takes_it_over,
    })
