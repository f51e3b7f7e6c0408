#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person with Finch does with keys, fingerprints and policies: in the
plugin's windows, and by commands in a conversation."""
import contextlib
import os

import irc
import tap
from correspondent import Correspondent, make_key
from desktop import Desktop
from finch import DOWN, UP, Finch
from gi.repository import Gio, GLib
from imported import import_keys
from messenger import MANAGER_PATH, Client

KEYS, FINGERPRINTS, POLICIES = "y", "k", "p"  # letters of the menu
OTHER = "B" * 40
PASSPHRASE = "seven wild geese"


@contextlib.contextmanager
def finch_alone(title):
    """With the fingerprint of one contact, and no conversation."""
    with Desktop() as desktop:
        server = irc.Server(desktop.folder)
        client = Client(desktop)
        account = client.open_account("irc", "alice@127.0.0.1")
        client.account(account, "SetTrust", "(sssa{sv})", "bob", OTHER, "unverified", {})
        bob = Correspondent(server, "bob", "alice")
        finch = Finch(desktop, "alice", "bob", server.port)
        finch.meanwhile = bob.serve
        try:
            finch.wait_for_buddy()
            yield client, account, finch
        finally:
            finch.keep_screen(title)
            finch.close()
            bob.close()
            server.close()


@contextlib.contextmanager
def conversation(title, private=True, prepare=None):
    with Desktop() as desktop, Desktop() as other:
        server = irc.Server(desktop.folder)
        bob = Correspondent(server, "bob", "alice")
        key = make_key(other, bob.account)
        bob.use(other)
        finch = Finch(desktop, "alice", "bob", server.port, prepare)
        finch.meanwhile = bob.serve
        try:
            finch.wait_for_buddy()
            finch.open_conversation()
            if private:
                finch.type("/otr start")
                finch.wait_for("This conversation is now private")
            yield desktop, finch, bob, key
        finally:
            finch.keep_screen(title)
            finch.close()
            bob.close()
            server.close()


def use_passphrase(client):
    client.manager("Unlock")
    descriptors = Gio.UnixFDList()
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE.encode())
    os.close(writing)
    options = {"passphrase": GLib.Variant("h", descriptors.append(reading))}
    os.close(reading)
    client.connection.call_with_unix_fd_list_sync(
        "im.otrd1", MANAGER_PATH, "im.otrd1.Manager", "SetKeyStore",
        GLib.Variant("(sa{sv})", ("passphrase", options)), None, Gio.DBusCallFlags.NONE, 100000,
        descriptors, None)


def trust_of(client, account):
    return [record["trust"] for record in client.fingerprints(account)]


def in_groups(fingerprint):
    return " ".join(fingerprint[i:i + 8] for i in range(0, 40, 8))


def known_fingerprints_are_verified_and_forgotten_in_a_window():
    with finch_alone("windows-fingerprints") as (client, account, finch):
        finch.choose_action(FINGERPRINTS)
        finch.bring_to_front("OTR fingerprints")
        finch.wait_for("NOT verified")
        finch.keep_screen("windows-fingerprints-list")
        finch.press("Tab", "Enter")
        finch.wait_for(in_groups(OTHER))  # all of it, to be compared
        finch.press("Tab", "Enter")
        finch.wait_for("fied by ha")  # the rest is under the buddy list
        assert trust_of(client, account) == ["verified"]
        finch.bring_to_front("OTR fingerprints")
        finch.wait_for("Known fingerprints")
        finch.press("Tab", "Tab", "Tab", "Tab", "Enter")
        finch.wait_for("own yet.")  # "No fingerprint of a contact is known yet."
        assert trust_of(client, account) == []


def a_key_is_made_in_a_window():
    with finch_alone("windows-keys") as (client, account, finch):
        finch.choose_action(KEYS)
        finch.bring_to_front("OTR keys")
        finch.wait_for("no key yet")
        finch.press("Tab", "Enter")
        finch.wait_until(lambda: client.account_property(account, "Fingerprint"), "a key")
        finch.bring_to_front("OTR key")
        finch.wait_for(in_groups(client.account_property(account, "Fingerprint")))


def policies_are_set_in_a_window():
    with finch_alone("windows-policies") as (client, account, finch):
        finch.choose_action(POLICIES)
        finch.bring_to_front("OTR policy")
        finch.wait_for("Opportunistic: private as soon as")
        finch.press("Tab", "Tab", "Enter")  # Always, for the account on top
        finch.wait_until(lambda: client.account_property(account, "Policy") == "always", "a policy")


def the_policy_of_a_contact_is_set_from_its_menu():
    with finch_alone("windows-contact") as (client, account, finch):
        finch.type_unseen(DOWN)  # from the group to the contact
        finch.press("C-x")
        finch.wait_for("OTR policy...")
        finch.press("o")
        finch.wait_for_no_more("OTR policy...")
        finch.bring_to_front("OTR policy")
        finch.wait_for("Policy Inherit")
        finch.keep_screen("windows-contact-policy")
        finch.press("Enter")
        finch.wait_for("Opportunistic Log of what is private Always Manual Never")
        finch.type_unseen(UP)
        finch.press("Enter")
        finch.wait_for("Policy Never")
        finch.press("Tab", "Tab", "Enter")
        finch.wait_until(lambda: client.account(account, "GetPolicy", "(sa{sv})", "bob", {})
                         == ("never", "contact"), "a policy")


def the_log_rule_of_a_contact_is_set_from_its_menu():
    with finch_alone("windows-log-rule") as (_client, _account, finch):
        finch.type_unseen(DOWN)  # from the group to the contact
        finch.press("C-x")
        finch.wait_for("OTR policy...")
        finch.press("o")
        finch.wait_for_no_more("OTR policy...")
        finch.bring_to_front("OTR policy")
        finch.wait_for("Log of what is private As for all")
        finch.press("Tab", "Enter")
        finch.wait_for("Logged too")
        finch.type_unseen(DOWN + DOWN)
        finch.press("Enter")
        finch.wait_for("Log of what is private Logged too")
        finch.press("Tab", "Enter")
        finch.wait_until(lambda: log_rule(finch) == "always", "the rule")


def buddy_of(finch):
    account = finch.call("PurpleAccountsFind", "(ss)", finch.account, "prpl-irc")
    return finch.call("PurpleFindBuddy", "(is)", account, finch.buddy)


def log_rule(finch, *rule):
    """Of the contact; sets it if there is one."""
    verb, signature = ("Set", "(iss)") if rule else ("Get", "(is)")
    return finch.call("PurpleBlistNode%sString" % verb, signature, buddy_of(finch),
                      "otrd-log-private", *rule)


def is_logged(desktop, text):
    return any(text.encode() in content for path, content in desktop.files().items()
               if "logs" in path.parts)


def what_is_private_is_logged_only_where_the_user_wants_it():
    with conversation("windows-log") as (desktop, finch, bob, _key):
        def both_say(text):
            finch.type(text)
            finch.wait_until(lambda: ("private", text) in bob.messenger.read, text)
            bob.messenger.send("yes, " + text)
            finch.wait_for("bob: yes, " + text)
        both_say("kept out by default")
        finch.call("PurplePrefsSetBool", "(si)", "/plugins/core/otrd/log_private", 1)
        both_say("kept for all")
        log_rule(finch, "never")
        both_say("kept out for bob")
        finch.call("PurplePrefsSetBool", "(si)", "/plugins/core/otrd/log_private", 0)
        log_rule(finch, "always")
        both_say("kept for bob")
        for text in ("kept for all", "kept for bob"):
            for words in (text, "yes, " + text):
                finch.wait_until(lambda w=words: is_logged(desktop, w), words + " in the log")
        assert not is_logged(desktop, "kept out")


@contextlib.contextmanager
def contact_with_two_clients(title):
    """With one key. What the contact sends comes from the second."""
    with Desktop() as desktop, Desktop() as first, Desktop() as second:
        server = irc.Server(desktop.folder)
        bob = Correspondent(server, "bob", "alice")
        finch = Finch(desktop, "alice", "bob", server.port)
        finch.meanwhile = bob.serve
        client = Client(desktop)
        session = client.open_account("irc", finch.account) + "/session/bob"

        def instances():
            return client.property("Instances", session, "im.otrd1.Session")
        try:
            finch.wait_for_buddy()
            finch.open_conversation()
            for number, other in enumerate((first, second), 1):
                import_keys(Client(other), other.folder, {bob.account: "carol"}, "prpl-irc")
                bob.use(other)
                bob.start()
                finch.wait_until(lambda n=number: [details["state"] for _tag, details in instances()]
                                 == ["private"] * n, "a client that is private")
            yield client, session, finch
        finally:
            finch.keep_screen(title)
            finch.close()
            bob.close()
            server.close()


def a_client_of_the_contact_is_chosen_in_a_window():
    with contact_with_two_clients("windows-instances") as (client, session, finch):
        def chosen():
            return client.property("Instance", session, "im.otrd1.Session")
        tags = [tag for tag, _details in client.property("Instances", session, "im.otrd1.Session")]
        # Finch has the last row on top.
        for keys, tag in ((DOWN, tags[0]), ("", tags[1]), (DOWN + DOWN, 0)):
            finch.type("/otr instance")
            finch.wait_for("Whom to write to")
            for words in ("The best one", "1 (%08x)" % tags[0], "2 (%08x)" % tags[1]):
                finch.wait_for(words)
            finch.keep_screen("windows-instances-list")
            finch.type_unseen(keys)
            finch.press("Tab", "Enter")
            finch.wait_until(lambda t=tag: chosen() == t, "the client")
            finch.wait_for_no_more("Whom to write to")


def commands_tell_of_fingerprints_and_clients_and_set_policies():
    with conversation("windows-commands") as (desktop, finch, _bob, key):
        client = Client(desktop)
        account = client.open_account("irc", "alice@127.0.0.1")
        finch.type("/otr status")
        finch.wait_for("Your contact's fingerprint (bob): " + in_groups(key))
        finch.wait_for("Your fingerprint (alice@127.0.0.1): "
                       + in_groups(client.account_property(account, "Fingerprint")))
        finch.type("/otr fingerprints")
        finch.wait_for(in_groups(key) + ": NOT verified")
        finch.type("/otr forget " + key[:8])
        finch.wait_for("Could not forget the fingerprint")
        finch.type("/otr instances")
        finch.wait_for("private, NOT verified, last seen")
        finch.type("/otr instance 1")
        finch.wait_for(", chosen")
        finch.type("/otr policy always")
        finch.wait_for("Policy: always (that of the contact).")
        finch.type("/otr policy account manual")
        finch.wait_for("Policy: manual (that of the account).")
        finch.type("/otr policy default never")
        finch.wait_for("Policy: never (the default).")
        finch.type("/otr policy inherit")
        finch.wait_for("Policy: manual (that of the account).", 2)
        assert client.property("DefaultPolicy") == "never"
        finch.type("/otr end")
        finch.wait_for("This conversation is NOT PRIVATE.")
        finch.type("/otr forget " + key[:8])
        finch.wait_for("The fingerprint is forgotten.")
        assert trust_of(client, account) == []


def an_equals_sign_without_blanks_is_part_of_the_secret():
    with conversation("windows-secret") as (_desktop, finch, bob, _key):
        finch.type("/otr verify pass=word")
        finch.wait_until(lambda: bob.messenger.events_named("verification-asked"), "the question")
        assert "question" not in bob.messenger.events_named("verification-asked")[0]
        bob.messenger.answer("pass=word")
        finch.wait_for("This conversation is now private, and the contact is verified")


def a_passphrase_is_asked_for_in_a_field_that_hides_it():
    with conversation("windows-passphrase", private=False) as (desktop, finch, _bob, _key):
        client = Client(desktop)
        use_passphrase(client)
        client.manager("Lock")
        finch.type("/otr unlock")
        finch.wait_for("The passphrase that opens them")
        finch.type_unseen("not this one")
        assert "not this one" not in finch.screen()
        finch.press("Tab", "Enter")
        finch.wait_for("Could not unlock your keys")
        finch.type("/otr unlock")
        finch.wait_for("The passphrase that opens them")
        finch.type_unseen(PASSPHRASE)
        finch.press("Tab", "Enter")
        finch.wait_for("Your keys are unlocked.")
        assert client.property("Vault") == "ready"
        finch.wait_for_no_more("The passphrase that opens them")


if __name__ == "__main__":
    tap.run({
        "known fingerprints are verified and forgotten in a window":
            known_fingerprints_are_verified_and_forgotten_in_a_window,
        "a key is made in a window":
            a_key_is_made_in_a_window,
        "policies are set in a window":
            policies_are_set_in_a_window,
        "the policy of a contact is set from its menu":
            the_policy_of_a_contact_is_set_from_its_menu,
        "the log rule of a contact is set from its menu":
            the_log_rule_of_a_contact_is_set_from_its_menu,
        "what is private is logged only where the user wants it":
            what_is_private_is_logged_only_where_the_user_wants_it,
        "a client of the contact is chosen in a window":
            a_client_of_the_contact_is_chosen_in_a_window,
        "commands tell of fingerprints and clients and set policies":
            commands_tell_of_fingerprints_and_clients_and_set_policies,
        "an equals sign without blanks is part of the secret":
            an_equals_sign_without_blanks_is_part_of_the_secret,
        "a passphrase is asked for in a field that hides it":
            a_passphrase_is_asked_for_in_a_field_that_hides_it,
    })
