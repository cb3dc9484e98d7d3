"""
The bytes in which an encrypted value is kept, and AES-256-GCM around them.

    53 50  01  i  k  f | blind index (i) | key id (k) | fingerprint (f) | nonce (12) | ciphertext | tag (16)

Everything before the nonce is the header. It is authenticated with the value, and so is where the value is:
its column, and what it is bound to. See NIST SP 800-38D for GCM and RFC 5869 for HKDF.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from django_schemapatterns.exceptions import DecryptionError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hmac import HMAC

MAGIC: Final = b"SP"
VERSION: Final = 1
NONCE: Final = 12
TAG: Final = 16
FINGERPRINT: Final = 16
_START: Final = Struct("2s4B")
PREFIX: Final = _START.size
_PURPOSE: Final = b"django-schemapatterns encryption v1 "


class Parts(NamedTuple):
    """An envelope taken apart; nothing of it is proven."""

    header: bytes
    key_id: str
    nonce: bytes
    sealed: bytes


class Subkeys:
    """
    The keys of one column, each for one purpose, derived from a key of the ring.

    secret: 32 bytes.  place: the column that they are for.
    """

    def __init__(self, key_id: str, secret: bytes, place: str) -> None:
        self.key_id = key_id
        self._id = key_id.encode("ascii")
        self._secret, self._place = secret, place

    @cached_property
    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._derive(b"encrypt"))

    @cached_property
    def _refusal(self) -> type[Exception]:
        from cryptography.exceptions import InvalidTag

        return InvalidTag

    @cached_property
    def _indexes(self) -> HMAC:
        return self._mac(b"index")

    @cached_property
    def _fingerprints(self) -> HMAC:
        return self._mac(b"fingerprint")

    def _mac(self, purpose: bytes) -> HMAC:
        """Return a HMAC that has read its key, which is half the work; to be copied."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.hmac import HMAC

        return HMAC(self._derive(purpose), SHA256())

    def _derive(self, purpose: bytes) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = _PURPOSE + join([purpose, self._place.encode()])
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._secret)

    def header(self, index: bytes, fingerprint: bytes) -> bytes:
        """Return what stands in front of the nonce."""
        start = _START.pack(MAGIC, VERSION, len(index), len(self._id), len(fingerprint))
        return start + index + self._id + fingerprint

    def seal(self, header: bytes, plaintext: bytes, associated: bytes) -> bytes:
        """Return the envelope of a value."""
        nonce = os.urandom(NONCE)
        return header + nonce + self._cipher.encrypt(nonce, plaintext, header + associated)

    def unseal(self, parts: Parts, associated: bytes) -> bytes:
        """Return the value, or raise DecryptionError when it is not what this key sealed at this place."""
        try:
            return self._cipher.decrypt(parts.nonce, parts.sealed, parts.header + associated)
        except self._refusal:
            pass
        raise DecryptionError(
            f"the value is not what was encrypted here with the key {self.key_id!r}: it was changed, "
            f"copied from "
            f"another place, or the key is not the one that it was"
        )

    def index_of(self, text: bytes, size: int) -> bytes:
        """Return the blind index of a normalised value."""
        return _digest(self._indexes, text)[:size]

    def fingerprint_of(self, row: bytes, plaintext: bytes) -> bytes:
        """
        Return what tells, of one row, that a value is the one it had.

        row: what tells it from others, made by join().
        """
        return _digest(self._fingerprints, row + plaintext)[:FINGERPRINT]


def _digest(keyed: HMAC, data: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(data)
    return mac.finalize()


def take_apart(envelope: bytes) -> Parts:
    """Return the parts of an envelope, or raise DecryptionError when it is none."""
    if len(envelope) < PREFIX or not envelope.startswith(MAGIC):
        raise DecryptionError("the column holds what is no encrypted value")
    _magic, version, index, key, fingerprint = _START.unpack_from(envelope)
    if version != VERSION:
        raise DecryptionError(
            f"the value is of version {version} of the format; this release of django-schemapatterns "
            f"reads {VERSION}"
        )
    key_at = PREFIX + index
    nonce_at = key_at + key + fingerprint
    sealed_at = nonce_at + NONCE
    if len(envelope) < sealed_at + TAG:
        raise DecryptionError("the value is cut off")
    return Parts(
        envelope[:nonce_at],
        envelope[key_at : key_at + key].decode("ascii", "backslashreplace"),
        envelope[nonce_at:sealed_at],
        envelope[sealed_at:],
    )


def join(parts: Iterable[bytes]) -> bytes:
    """Return the parts, each with its length in front, so that no two lists give the same bytes."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])
