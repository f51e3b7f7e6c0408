#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What try.sh shows: two messengers hold a private conversation through one
otrd, in a desktop session of its own. Ends with 0 only if all of it was so."""
import subprocess
import sys

from chat import Chat
from columns import Columns
from desktop import Desktop
from messenger import Client, ContractError
from relay import Relay
from sealed import files_holding, private_numbers_of, vault_key_of

ALICE, BOB = "alice@example.org", "bob@example.org"
HELLO = "Hi Bob, do you have a minute?"
TALK = [("bob", "For you always. Is this line safe?"),
        ("alice", "It is now. The meeting is on Thursday, at the old mill."),
        ("bob", "Grüß Gott, I shall be there — 19:30? 🙂"),
        ("alice", "19:30. Bring the blue folder, please.")]
QUESTION, SECRET, WRONG = "Which boat did we miss?", "the Marie-Luise", "the Rosa-Amalie"


def group(fingerprint):
    return " ".join(fingerprint[n:n + 8] for n in range(0, 40, 8))


def run_tool(desktop, *arguments):
    return subprocess.run(arguments, env=desktop.environment, capture_output=True, text=True,
                          timeout=60, check=True).stdout


class Story:
    def __init__(self, desktop):
        self.desktop = desktop
        self.columns = Columns()
        self.check = self.columns.check

    def tell(self):
        self.begin()
        self.first_contact()
        self.conversation()
        self.verification()
        self.ending()
        self.third_program()
        self.tree()
        self.vault()
        self.without_the_key()
        return self.columns.failed

    def begin(self):
        self.columns.heading("A bus, a keyring and a home of their own; otrd is not running")
        self.check("nobody owns im.otrd1 yet", not self.desktop.has_owner("im.otrd1"))
        self.chat = Chat(self.desktop, self.columns)
        self.alice, self.bob = self.chat.alice, self.chat.bob
        self.check("the first call had the bus start it", self.desktop.has_owner("im.otrd1"))

    def first_contact(self):
        self.columns.heading("First contact")
        self.columns.titles()
        self.chat.type(self.alice, HELLO)
        self.chat.wait(self.chat.is_private, "private")
        waited = [e for end in (self.alice, self.bob) for e in end.events("waiting")]
        self.check("somebody was told to wait while a key was made",
                   any(e.get("reason") == "generating" for e in waited))
        self.check("the conversation became private at both ends", self.chat.is_private())

    def conversation(self):
        self.columns.heading("A conversation")
        self.columns.titles()
        begun = len(self.chat.network.seen)
        for who, text in TALK:
            speaker, listener = ((self.alice, self.bob) if who == "alice"
                                 else (self.bob, self.alice))
            self.chat.type(speaker, text, at_least="private")
            self.chat.wait(lambda: text in listener.texts("private"), text)
        seen = "\n".join(self.chat.network.seen[begun:])
        self.check("each read what the other typed, letter by letter", all(
            text in (self.bob if who == "alice" else self.alice).texts("private")
            for who, text in TALK))
        self.check("the network saw none of it", not any(text in seen for _, text in TALK))

    def verification(self):
        self.columns.heading("Is it really Bob? A question that only he can answer")
        self.columns.titles()
        for answer, result in ((WRONG, "failed"), (SECRET, "verified")):
            done = len(self.chat.results(self.alice))
            asked = len(self.bob.events("verification-asked"))
            self.chat.do(self.alice, "asks: %s" % QUESTION,
                         verify={"question": QUESTION, "secret": SECRET})
            self.chat.wait(lambda: len(self.bob.events("verification-asked")) > asked, "asked")
            self.chat.do(self.bob, "answers: " + ("(wrongly)" if result == "failed" else "•••••••"),
                         verify={"answer": answer})
            self.chat.wait(lambda: len(self.chat.results(self.alice)) > done, "the result")
            self.check("%s answer: %s" % ("a wrong" if result == "failed" else "the right", result),
                       self.chat.results(self.alice)[-1] == result)
        self.chat.wait(lambda: self.alice.state.get("trust") == "verified", "the trust")
        self.check("Bob's key is verified now", self.alice.state.get("trust") == "verified")
        self.check("the network saw no secret", not any(
            SECRET in line or QUESTION in line for line in self.chat.network.seen))

    def ending(self):
        self.columns.heading("Ending")
        self.columns.titles()
        self.chat.do(self.alice, "ends the private conversation", end=True)
        self.chat.wait(lambda: self.alice.state.get("state") == "plaintext"
                       and self.bob.state.get("state") == "finished", "the end")
        before = len(self.chat.network.seen)
        self.chat.type(self.bob, "one word more, before I notice")
        self.check("what Bob types after that does not slip out in the clear",
                   not any("one word more" in line for line in self.chat.network.seen[before:]))

    def third_program(self):
        self.columns.heading("A third program opens Alice's account")
        own = self.alice_client().account_property(self.account, "Fingerprint")
        self.columns.note("It writes the account as Pidgin does: prpl-jabber, %s/Home." % ALICE)
        third = Client(self.desktop, "im.pidgin.Pidgin")
        path = third.open_account("prpl-jabber", ALICE + "/Home")
        fingerprint = third.account_property(path, "Fingerprint")
        self.columns.note("its key:   %s" % group(fingerprint))
        self.check("it is the same key", path == self.account and fingerprint == own != "")
        for record in third.fingerprints(path):
            self.columns.note("Bob's key: %s  (%s)" % (group(record["fingerprint"]),
                                                       record["trust"]))
        self.check("Bob is verified there too", [
            (r["contact"], r["trust"]) for r in third.fingerprints(path)] == [(BOB, "verified")])
        self.columns.titles()
        self.pidgin = Relay(self.desktop, ALICE, BOB, application="im.pidgin.Pidgin")
        self.alice.close()
        self.chat.join(self.pidgin, self.bob)
        self.chat.do(self.pidgin, "(in Pidgin) presses “private”", start=True)
        self.chat.wait(self.chat.is_private, "private again")
        self.check("its conversation with Bob is verified from the first word",
                   self.pidgin.state.get("trust") == "verified")

    def alice_client(self):
        client = Client(self.desktop)
        self.account = client.open_account("xmpp", ALICE)
        return client

    def tree(self):
        self.columns.heading("gdbus introspect, during the conversation")
        shown = run_tool(self.desktop, "gdbus", "introspect", "--session", "--dest", "im.otrd1",
                         "--object-path", "/im/otrd1", "--recurse", "--only-properties")
        print(shown, flush=True)
        self.check("it lists the account and both sessions", shown.count("State = 'private'") == 2
                   and "Name = '%s'" % ALICE in shown and "Name = '%s'" % BOB in shown)

    def vault(self):
        self.columns.heading("What rests on the disk")
        self.pidgin.close()
        self.bob.close()
        self.desktop.stop_service()
        for path in sorted((self.desktop.home / ".local/share/otrd").iterdir()):
            if content := path.read_bytes():
                self.columns.note("%-16s %6d bytes  %s…" % (path.name, len(content),
                                                           content[:20].hex(" ")))
        keys = private_numbers_of(self.desktop)
        self.check("opened with the keyring's item, it holds the two accounts' private keys",
                   len(keys) == 2)
        sought = {"a private key, in binary, hex or base64": keys,
                  "the key of the vault": [vault_key_of(self.desktop)],
                  "a text that was typed": [text.encode() for text in self.chat.typed],
                  "the question, an answer to it, or the secret":
                      [text.encode() for text in (QUESTION, SECRET, WRONG)],
                  "a contact's name": [ALICE.encode(), BOB.encode()]}
        for what, secrets in sought.items():
            found = [name for secret in secrets for name in files_holding(self.desktop, secret)]
            self.check("no file in the home holds " + what, not found)

    def without_the_key(self):
        self.columns.heading("Without the keyring's item")
        before = self.vault_files()
        self.desktop.delete_keyring_items()
        client = Client(self.desktop)
        try:
            client.manager("Unlock", timeout=60)
        except ContractError as error:
            self.columns.note(str(error))
        self.check("the vault says that it is keyless", client.property("Vault") == "keyless")
        self.desktop.stop_service()
        self.check("nothing was made anew, nothing changed",
                   not self.desktop.keyring_items() and self.vault_files() == before)

    def vault_files(self):
        return {name: content for name, content in self.desktop.files().items()
                if "otrd" in name.parts}


def main():
    with Desktop() as desktop:
        failed = Story(desktop).tell()
    print()
    if failed:
        print("%d things were not as they should be:" % len(failed))
        for what in failed:
            print("  ✗", what)
        return 1
    print("All of it was so. The session, its home and its keyring are gone again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
