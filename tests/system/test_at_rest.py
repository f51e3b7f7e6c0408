#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies on the disk, and what happens when the key to it is gone."""
import stat

import talk
import tap
from desktop import Desktop
from messenger import Client, ContractError
from sealed import files_holding, private_numbers_of, vault_key_of
from talk import ALICE, BOB

SECRET, QUESTION = "the red bicycle", "What did you sell me?"
TYPED = ["Meet me at the old mill at nine.", "Bring the blue folder with you."]


def hold_conversation(desktop):
    left = talk.open_messenger(desktop, "left", ALICE, BOB)
    right = talk.open_messenger(desktop, "right", BOB, ALICE)
    network = talk.join(left, right)
    talk.go_private(network, left)
    talk.converse(network, TYPED)
    talk.verify(network, left, SECRET, SECRET, QUESTION)
    own = talk.own_fingerprint(left)
    for end in network.ends:
        end.close()
    return own


def nothing_that_was_said_is_on_the_disk():
    with Desktop() as desktop:
        hold_conversation(desktop)
        desktop.stop_service()
        assert any("otrd" in str(name) for name in desktop.files()), "nothing was kept at all"
        for said in TYPED + [SECRET, QUESTION]:
            assert not files_holding(desktop, said.encode()), said


def private_keys_are_nowhere_but_under_the_seal():
    with Desktop() as desktop:
        hold_conversation(desktop)
        desktop.stop_service()
        numbers = private_numbers_of(desktop)
        assert len(numbers) == 2 and all(len(x) > 15 for x in numbers), "an account's key each"
        for secret in numbers + [vault_key_of(desktop)]:
            assert not files_holding(desktop, secret)


def names_and_fingerprints_are_sealed_too():
    with Desktop() as desktop:
        own = hold_conversation(desktop)
        desktop.stop_service()
        for name in (ALICE.encode(), BOB.encode(), bytes.fromhex(own)):
            assert not files_holding(desktop, name), name


def only_the_user_may_read_the_vault():
    with Desktop() as desktop:
        hold_conversation(desktop)
        vault = desktop.home / ".local/share/otrd"
        assert stat.S_IMODE(vault.stat().st_mode) == 0o700
        for path in vault.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def without_its_key_the_vault_is_keyless_and_nothing_is_made_anew():
    with Desktop() as desktop:
        hold_conversation(desktop)
        desktop.stop_service()
        before = desktop.files()
        vault = {name: content for name, content in before.items() if "otrd" in name.parts}
        assert len(desktop.keyring_items()) == 1, "one item is all that otrd keeps there"
        desktop.delete_keyring_items()
        client = Client(desktop, "left")
        assert refusal(lambda: client.manager("Unlock", timeout=110))
        assert client.property("Vault") == "keyless"
        assert refusal(lambda: make_key(client))
        assert desktop.keyring_items() == []
        desktop.stop_service()
        after = desktop.files()
        for name, content in vault.items():
            assert after[name] == content, "%s was written to" % name


def make_key(client):
    path = client.open_account("xmpp", ALICE)
    client.account(path, "GenerateKey", timeout=110)


def refusal(function):
    """The name of the error that the call is refused with."""
    try:
        function()
    except ContractError as error:
        assert error.name in ("KeyStoreUnavailable", "Locked", "NotFound", "VaultDamaged"), error
        return error.name
    return None


tap.run({
    "nothing that was said is on the disk": nothing_that_was_said_is_on_the_disk,
    "private keys are nowhere but under the seal": private_keys_are_nowhere_but_under_the_seal,
    "names and fingerprints are sealed too": names_and_fingerprints_are_sealed_too,
    "only the user may read the vault": only_the_user_may_read_the_vault,
    "without its key the vault is keyless and nothing is made anew":
        without_its_key_the_vault_is_keyless_and_nothing_is_made_anew,
}, watchdog=280)
