# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian 12's python3-potr, mended in memory.

The package was moved from pycrypto to pycryptodome by renaming imports only, so
whatever touches a cipher or a DSA key raises: pycryptodome's CTR mode takes no
callable as its counter, its DSA keys take no `sign`, and it has no `key`
attribute. The replacements below stand on its public numbers and Python's own
arithmetic. Nothing of the protocol is touched: that it is another's is the point.
"""
import hashlib
import secrets

from Cryptodome.Cipher import AES
from Cryptodome.PublicKey import DSA
from Cryptodome.Util import Counter as CounterBlock
from potr import crypt
from potr.compatcrypto import common, pycrypto
from potr.utils import bytes_to_long, long_to_bytes


def encrypt_in_counter_mode(key, counter=0):
    """AES-CTR with the upper eight bytes of the counter block given."""
    if isinstance(counter, pycrypto.Counter):
        counter = counter.prefix
    block = CounterBlock.new(64, prefix=counter.to_bytes(8, "big"), initial_value=0)
    return AES.new(key, AES.MODE_CTR, counter=block)


class Key(pycrypto.DSAKey):
    """A DSA key of plain numbers, in potr's order: y, g, p, q and perhaps x."""

    def __init__(self, numbers, private=False):  # noqa: the parent's cannot be called
        self.y, self.g, self.p, self.q = numbers[:4]
        self.x = numbers[4] if private else None

    def getPublicPayload(self):
        return self.p, self.q, self.g, self.y

    def getPrivatePayload(self):
        return self.getPublicPayload() + (self.x,)

    @classmethod
    def generate(cls):
        key = DSA.generate(1024)
        return cls(tuple(int(n) for n in (key.y, key.g, key.p, key.q, key.x)), private=True)

    def sign(self, data):
        while True:
            k = secrets.randbelow(self.q - 2) + 2
            r = pow(self.g, k, self.p) % self.q
            s = pow(k, -1, self.q) * (bytes_to_long(data) + self.x * r) % self.q
            if r and s:
                return long_to_bytes(r, 20) + long_to_bytes(s, 20)

    def verify(self, data, signature):
        r, s = bytes_to_long(signature[:20]), bytes_to_long(signature[20:40])
        if not (0 < r < self.q and 0 < s < self.q):
            return False
        w = pow(s, -1, self.q)
        left = pow(self.g, bytes_to_long(data) * w % self.q, self.p)
        right = pow(self.y, r * w % self.q, self.p)
        return left * right % self.p % self.q == r

    def fingerprint(self):
        return hashlib.sha1(self.getSerializedPublicPayload()).digest()


common.pkTypes[Key.keyType] = Key
crypt.AESCTR = encrypt_in_counter_mode
