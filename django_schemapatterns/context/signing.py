"""
Signatures of the context, for databases that believe none but the application.

Whoever injects SQL can set whatever a session may set, and so say who acts. A signature is an HMAC-SHA256
(RFC 2104) over what is told, by a key that the application has and the role that it connects with cannot
read. It counts for one backend and for a minute, so that nobody uses one that he has seen.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import cache
from time import time
from typing import Final

from django.core.signals import setting_changed
from django.dispatch import receiver

from django_schemapatterns import conf
from django_schemapatterns.conf_keys import read_keys

SETTING: Final = f'{conf.NAME}["CONTEXT_KEYS"]'
ANY_BACKEND: Final = 0
_PURPOSE: Final = b"django-schemapatterns context v1"
_BLOCK: Final = 64  # bytes, of SHA-256
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class Signer:
    """
    Signs with one key.

        Signer("2026", secret).sign(["5", "", "", ""], backend=4711)  # '2026:1767225600:4711:9f86…'

    secret: 32 bytes, from which the key of the signatures is derived.
    """

    def __init__(self, key_id: str, secret: bytes) -> None:
        self.key_id = key_id
        self._key = hmac.digest(secret, _PURPOSE, "sha256")

    def sign(self, values: Sequence[str], *, backend: int, now: float | None = None) -> str:
        """
        Return the signature of the values of the settings.

        backend: the process that is told, or ANY_BACKEND.  now: seconds since 1970; by default it is now.
        """
        head = f"{self.key_id}:{int(time() if now is None else now)}:{backend}"
        message = "|".join([head, *(f"{len(value)}:{value}" for value in values)])
        return f"{head}:{hmac.digest(self._key, message.encode(), 'sha256').hex()}"

    @property
    def blocks(self) -> tuple[bytes, bytes]:
        """The inner and the outer block of the HMAC: all that it takes to check, and to sign."""
        padded = self._key.ljust(_BLOCK, b"\0")
        return padded.translate(_INNER), padded.translate(_OUTER)


@cache
def signers() -> tuple[Signer, ...]:
    """Return one for each key of the settings, the one that signs first; raises ConfigurationError."""
    given = conf.get().context_keys
    if given is None:
        return ()
    return tuple(Signer(key_id, secret) for key_id, secret in read_keys(given, SETTING).items())


def sign(values: Sequence[str], backend: int) -> str | None:
    """Return the signature for a backend, None where there is no key, or nobody acts."""
    known = signers()
    if not known or not any(values):
        return None
    bound = backend if conf.get().context_binding == "backend" else ANY_BACKEND
    return known[0].sign(values, backend=bound)


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == conf.NAME:
        signers.cache_clear()
