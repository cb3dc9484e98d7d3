"""
The bytes in which an encrypted value is kept, and AES-256-GCM around them.

    53 50  01  i  k  f | blind index (i) | key id (k) | fingerprint (f) | nonce (12) | ciphertext | tag (16)

Everything before the nonce is the header. It is authenticated with the value, and so is where the value is:
its column, and what it is bound to. See NIST SP 800-38D for GCM and RFC 5869 for HKDF.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from django_schemapatterns.exceptions import DecryptionError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"SP"
VERSION: Final = 1
PREFIX: Final = len(MAGIC) + 4
NONCE: Final = 12
TAG: Final = 16
FINGERPRINT: Final = 16
_PURPOSE: Final = b"django-schemapatterns encryption v1 "


class Parts(NamedTuple):
    """An envelope taken apart; nothing of it is proven."""

    header: bytes
    blind_index: bytes
    key_id: str
    fingerprint: bytes
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
    def _index_key(self) -> bytes:
        return self._derive(b"index")

    @cached_property
    def _fingerprint_key(self) -> bytes:
        return self._derive(b"fingerprint")

    def _derive(self, purpose: bytes) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = _PURPOSE + join([purpose, self._place.encode()])
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._secret)

    def seal(self, plaintext: bytes, associated: bytes, *, index: bytes, fingerprint: bytes) -> bytes:
        """Return the envelope of a value."""
        head = self.header(index, fingerprint)
        nonce = os.urandom(NONCE)
        return head + nonce + self._cipher.encrypt(nonce, plaintext, head + associated)

    def header(self, index: bytes, fingerprint: bytes) -> bytes:
        lengths = bytes((VERSION, len(index), len(self._id), len(fingerprint)))
        return MAGIC + lengths + index + self._id + fingerprint

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
        return hmac.digest(self._index_key, text, "sha256")[:size]

    def fingerprint_of(self, row: bytes, plaintext: bytes) -> bytes:
        """Return what tells, of one row, that a value is the one it had."""
        return hmac.digest(self._fingerprint_key, row + plaintext, "sha256")[:FINGERPRINT]


def take_apart(envelope: bytes) -> Parts:
    """Return the parts of an envelope, or raise DecryptionError when it is none."""
    if len(envelope) < PREFIX or not envelope.startswith(MAGIC):
        raise DecryptionError("the column holds what is no encrypted value")
    version, index, key, fingerprint = envelope[len(MAGIC) : PREFIX]
    if version != VERSION:
        raise DecryptionError(
            f"the value is of version {version} of the format; this release of django-schemapatterns "
            f"reads {VERSION}"
        )
    key_at = PREFIX + index
    fingerprint_at = key_at + key
    nonce_at = fingerprint_at + fingerprint
    if len(envelope) < nonce_at + NONCE + TAG:
        raise DecryptionError("the value is cut off")
    return Parts(
        envelope[:nonce_at],
        envelope[PREFIX:key_at],
        envelope[key_at:fingerprint_at].decode("ascii", "backslashreplace"),
        envelope[fingerprint_at:nonce_at],
        envelope[nonce_at : nonce_at + NONCE],
        envelope[nonce_at + NONCE :],
    )


def join(parts: Iterable[bytes]) -> bytes:
    """Return the parts, each with its length in front, so that no two lists give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
