#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One end of an OTR conversation on python3-potr: OTR v2 that is not libotr's.

Operations come in on standard input and events go out on standard output, a
JSON object a line; README.md here names them.
"""
import argparse
import json
import logging
import pathlib
import re
import sys

import mended_potr
from potr import context, crypt, proto

STATES = {context.STATE_PLAINTEXT: "plaintext", context.STATE_ENCRYPTED: "private",
          context.STATE_FINISHED: "finished"}


def report(event, **members):
    print(json.dumps({"event": event, **members}), flush=True)


def read_key(path):
    text = pathlib.Path(path).read_text()
    numbers = {name: int(digits, 16)
               for name, digits in re.findall(r"\(([pqgyx]) #([0-9A-Fa-f]+)#\)", text)}
    return mended_potr.Key(tuple(numbers[name] for name in "ygpqx"), private=True)


class Conversation(context.Context):
    def getPolicy(self, key):
        return self.user.allowed.get(key, False)

    def inject(self, msg, appdata=None):
        report("inject", msg=bytes(msg).decode("utf-8", "replace"))


class Account(context.Account):
    contextclass = Conversation

    def __init__(self, options):
        super().__init__(options.account, "test", options.frag, read_key(options.key))
        self.allowed = {
            "ALLOW_V2": "2" in options.versions,
            "REQUIRE_ENCRYPTION": "require" in options.policy,
            "SEND_TAG": "tag" in options.policy,
            "WHITESPACE_START_AKE": "wsstart" in options.policy,
            "ERROR_START_AKE": "errstart" in options.policy,
        }

    def saveTrusts(self):
        pass


class Peer:
    def __init__(self, options):
        self.account = Account(options)
        self.conversation = self.account.getContext(options.contact)
        self.reported = ("plaintext", None)
        self.asked = False
        report("ready", library="potr",
               fingerprint=self.account.getPrivkey().cfingerprint().upper())

    def run_start(self, operation):
        report("inject", msg="?OTRv2?")

    def run_send(self, operation):
        try:
            left = self.conversation.sendMessage(context.FRAGMENT_SEND_ALL,
                                                 operation["text"].encode(
                                                     operation.get("encoding", "utf-8")))
        except context.NotEncryptedError:
            return report("warning", what="connection-ended")
        if left is not None:
            report("inject", msg=bytes(left).decode())

    def run_recv(self, operation):
        try:
            text, tlvs = self.conversation.receiveMessage(operation["msg"].encode())
        except context.NotOTRMessage as clear:
            return report("text", text=clear.args[0].decode(), private=False, unexpected=False)
        except context.UnencryptedMessage as clear:
            return report("text", text=clear.args[0].decode(), private=False, unexpected=True)
        except context.ErrorReceived as error:
            return report("error", text=error.args[0].error.decode().strip())
        except context.NotEncryptedError:
            return report("warning", what="not-in-private")
        except crypt.InvalidParameterError:
            return report("warning", what="unreadable")
        if text:
            report("text", text=text.decode(), private=True, unexpected=False)
        for tlv in tlvs:
            self.report_verification(tlv)

    def report_verification(self, tlv):
        smp = self.conversation.crypto.smp
        if isinstance(tlv, proto.SMPABORTTLV):
            self.asked = False
            report("smp", result="aborted")
        elif isinstance(tlv, proto.SMP1QTLV):
            self.asked = True
            report("smp", result="asked", question=tlv.msg.decode())
        elif isinstance(tlv, proto.SMP1TLV):
            self.asked = True
            report("smp", result="asked")
        elif isinstance(tlv, (proto.SMP3TLV, proto.SMP4TLV)):
            cheated = smp is None or smp.prog == crypt.SMPPROG_CHEATED
            report("smp", result="cheated" if cheated else
                   "verified" if self.conversation.smpIsSuccess() else "failed")
        elif isinstance(tlv, proto.SMPTLV):
            report("smp", result="progress")

    def run_smp_start(self, operation):
        question = operation.get("question")
        self.conversation.smpInit(operation["secret"].encode(),
                                  question=question.encode() if question else None)

    def run_smp_answer(self, operation):
        if not self.asked:
            return report("warning", what="nobody-asked")
        self.asked = False
        self.conversation.smpGotSecret(operation["secret"].encode())

    def run_smp_cheat(self, operation):
        self.conversation.crypto.smp.g3 += 1
        self.run_smp_answer(operation)

    def run_smp_stray(self, operation):
        self.conversation.sendInternal(b"", tlvs=[proto.SMP2TLV([2] * proto.SMP2TLV.dlen)])

    def run_smp_abort(self, operation):
        self.conversation.smpAbort()

    def run_end(self, operation):
        self.conversation.disconnect()

    def report_state_if_changed(self):
        state = STATES[self.conversation.state]
        session = self.conversation.crypto.sessionId if state == "private" else None
        if (state, session) == self.reported:
            return
        self.reported = (state, session)
        if state != "private":
            return report("state", state=state)
        report("state", state=state, version=2, session=session.hex().upper(),
               fingerprint=self.conversation.getCurrentKey().cfingerprint().upper())

    def run_operation(self, operation):
        name = operation.get("op", "")
        function = getattr(self, "run_" + name.replace("-", "_"), None)
        try:
            if function is None:
                report("warning", what="no such operation")
            else:
                function(operation)
        except context.NotEncryptedError:
            report("warning", what="not-in-private")
        except Exception as error:  # noqa: B902: the library raises all sorts
            report("warning", what="%s: %s" % (type(error).__name__, error))
        self.report_state_if_changed()
        report("done", op=name)


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", required=True)
    parser.add_argument("--versions", default="2")
    parser.add_argument("--frag", type=int, default=0)
    parser.add_argument("--policy", default="")
    parser.add_argument("--instag", help="ignored: OTR v2 has none")
    parser.add_argument("--account", default="peer")
    parser.add_argument("--contact", default="contact")
    return parser.parse_args()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    peer = Peer(read_options())
    for line in sys.stdin:
        peer.run_operation(json.loads(line))
