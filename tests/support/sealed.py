# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a vault as somebody would who has the keyring's item: written from the
description of the form alone (service/vault/sealed-file.h and record.h), so
that a test knows which bytes must be nowhere else."""
import base64
import ctypes
import re

from gi.repository import GLib

_AES256, _GCM_SIV, _SET_DECRYPTION_TAG = 9, 16, 80
_NONCE, _KEY, _TAG, _FIXED = 12, 32, 16, 40
_gcrypt = ctypes.CDLL("libgcrypt.so.20")
_gcrypt.gcry_check_version.restype = ctypes.c_char_p
_gcrypt.gcry_check_version(None)


def _decrypt(key, nonce, additional, sealed):
    cipher = ctypes.c_void_p()
    text, tag = sealed[:-_TAG], sealed[-_TAG:]
    plain = ctypes.create_string_buffer(len(text))
    size = ctypes.c_size_t
    assert not _gcrypt.gcry_cipher_open(ctypes.byref(cipher), _AES256, _GCM_SIV, 0)
    try:
        for failure in (
                _gcrypt.gcry_cipher_setkey(cipher, key, size(len(key))),
                _gcrypt.gcry_cipher_setiv(cipher, nonce, size(_NONCE)),
                _gcrypt.gcry_cipher_authenticate(cipher, additional, size(len(additional))),
                _gcrypt.gcry_cipher_ctl(cipher, _SET_DECRYPTION_TAG, tag, size(_TAG)),
                _gcrypt.gcry_cipher_decrypt(cipher, plain, size(len(text)), text,
                                            size(len(text)))):
            assert not failure, "the seal does not open: gcrypt error %d" % (failure & 0xffff)
        return plain.raw
    finally:
        _gcrypt.gcry_cipher_close(cipher)


def unseal(sealed, vault_key):
    """The payload of a file of the vault."""
    assert sealed[:8] == b"\x89OTRD\r\n\x1a", "not a file of a vault"
    header = int.from_bytes(sealed[10:12], "little")
    wrapped = _FIXED + int.from_bytes(sealed[14:16], "little")
    nonce, data_key_at = sealed[wrapped:wrapped + _NONCE], wrapped + _NONCE
    data_key = _decrypt(vault_key, nonce, sealed[:wrapped],
                        sealed[data_key_at:data_key_at + _KEY + _TAG])
    return _decrypt(data_key, sealed[header - _NONCE:header], sealed[:header], sealed[header:])


def vault_key_of(desktop):
    """The one secret that otrd keeps in the keyring."""
    item, = desktop.keyring_items()
    service, root = "org.freedesktop.secrets", "/org/freedesktop/secrets"
    _, session = desktop.call(service, root, "org.freedesktop.Secret.Service", "OpenSession",
                              GLib.Variant("(sv)", ("plain", GLib.Variant("s", ""))))
    secret, = desktop.call(service, item, "org.freedesktop.Secret.Item", "GetSecret",
                           GLib.Variant("(o)", (session,)))
    return base64.b64decode(bytes(secret[2]))


def private_numbers(payload):
    """The x of each private key in a payload, as bytes without leading zeros."""
    found = []
    for match in re.finditer(rb"\(1:x(\d+):", payload):
        found.append(payload[match.end():match.end() + int(match[1])].lstrip(b"\0"))
    return found


def private_numbers_of(desktop):
    keys = desktop.home / ".local/share/otrd/keys"
    return private_numbers(unseal(keys.read_bytes(), vault_key_of(desktop)))


def spellings(secret):
    """The ways in which bytes could lie in a file: as they are, turned round, in
    hex, and in base64 at any of its three offsets."""
    ways = {secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode()}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret)
        ways.add(encoded[4 if offset else 0:].rstrip(b"=")[:-1])
    return ways


def files_holding(desktop, secret):
    return [str(name) for name, content in desktop.files().items()
            if any(spelling in content for spelling in spellings(secret))]
