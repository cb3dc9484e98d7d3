"""The rings of keys that SCHEMAPATTERNS["ENCRYPTION_KEYS"] names, read when one is first needed."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from django_schemapatterns import conf
from django_schemapatterns.encryption.envelope import Subkeys
from django_schemapatterns.exceptions import ConfigurationError, UnknownKey

SIZE: Final = 32
SETTING: Final = f'{conf.NAME}["ENCRYPTION_KEYS"]'
RELOAD_SECONDS: Final = 60.0  # nobody who writes rubbish into a column makes us ask a KMS all the time
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FEW: Final = 12  # different bytes; of 32 random ones, fewer are different once in 10^13 times


class KeyRing:
    """
    Keys by their ids. The first one encrypts; all of them decrypt.

    name: of the ring, for errors.  keys: 32 bytes each.
    """

    def __init__(self, name: str, keys: Mapping[str, bytes]) -> None:
        self.name = name
        self._keys = dict(keys)
        self._subkeys: dict[tuple[str, str], Subkeys] = {}
        self.primary_id = next(iter(self._keys))

    def __repr__(self) -> str:
        return f"<KeyRing {self.name}: {', '.join(self._keys)}>"

    @property
    def ids(self) -> list[str]:
        """The ids of the keys, that of the primary one first."""
        return list(self._keys)

    def primary(self, place: str) -> Subkeys:
        """Return the keys that encrypt a column."""
        return self.get(self.primary_id, place)

    def get(self, key_id: str, place: str) -> Subkeys:
        """Return the keys of a column that come from one key, or raise UnknownKey."""
        found = self._subkeys.get((key_id, place))
        if found is None:
            if key_id not in self._keys:
                raise UnknownKey(self.name, key_id, self.ids)
            found = self._subkeys[key_id, place] = Subkeys(key_id, self._keys[key_id], place)
        return found

    def all(self, place: str) -> list[Subkeys]:
        """Return the keys of a column that come from each key of the ring."""
        return [self.get(key_id, place) for key_id in self._keys]


_rings: dict[str, KeyRing] = {}
_loaded_at: dict[str, float] = {}


def ring(name: str) -> KeyRing:
    """
    Return the ring of a name, or raise a ConfigurationError that names what is missing.

        ring("pii").ids  # ['2026', '2025']
    """
    found = _rings.get(name)
    if found is None:
        found = _rings[name] = _load(name)
        _loaded_at[name] = monotonic()
    return found


def subkeys(name: str, key_id: str, place: str) -> Subkeys:
    """Return the keys of a column, from a ring that is read again if it does not have the key."""
    try:
        return ring(name).get(key_id, place)
    except UnknownKey:
        if monotonic() - _loaded_at.get(name, 0) < RELOAD_SECONDS:
            raise
        _rings.pop(name, None)
        return ring(name).get(key_id, place)


def generate_key() -> str:
    """
    Return a new random key, as text for the settings, a file or the environment.

        python -c "from django_schemapatterns.encryption import generate_key; print(generate_key())"
    """
    return base64.b64encode(secrets.token_bytes(SIZE)).decode()


def _load(name: str) -> KeyRing:
    rings = conf.get().encryption_keys or {}
    if name not in rings:
        nearest = get_close_matches(name, rings, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        known = f"It has {', '.join(rings)}." if rings else "It is empty."
        raise ConfigurationError(f"{SETTING} has no ring {name!r}.{hint} {known}")
    given = _call(rings[name], f"{SETTING}[{name!r}]")
    if not isinstance(given, Mapping) or not given:
        raise ConfigurationError(f"{SETTING}[{name!r}] must hold at least one key: a dict of ids and keys.")
    return KeyRing(name, {_id(name, key_id): _key(name, key_id, source) for key_id, source in given.items()})


def _id(name: str, key_id: object) -> str:
    if isinstance(key_id, str) and _ID.fullmatch(key_id):
        return key_id
    raise ConfigurationError(
        f"{SETTING}[{name!r}]: {key_id!r} can not be the id of a key: use 1 to 64 letters, digits, and . _ -"
    )


def _key(name: str, key_id: str, source: object) -> bytes:
    where = f"{SETTING}[{name!r}][{key_id!r}]"
    key = _decoded(_read(source, where), where)
    if len(key) != SIZE:
        raise ConfigurationError(f"{where} is {len(key)} bytes long, and must be {SIZE}. {_ADVICE}")
    if len(set(key)) < _FEW:
        raise ConfigurationError(f"{where} is not random. {_ADVICE}")
    return key


_ADVICE = "Make one with django_schemapatterns.encryption.generate_key()."


def _read(source: object, where: str) -> object:
    if isinstance(source, str) and source.startswith("env:"):
        variable = source.removeprefix("env:")
        if not os.environ.get(variable):
            raise ConfigurationError(f"{where} is in the environment variable {variable}, which is not set.")
        return os.environ[variable]
    if isinstance(source, str) and source.startswith("file:"):
        return _read_file(Path(source.removeprefix("file:")), where)
    return source if isinstance(source, str) and "." not in source else _call(source, where)


def _read_file(path: Path, where: str) -> str | bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{where} is in the file {path}, which can not be read: {error}.") from None
    return content if len(content) == SIZE else content.decode("ascii", "replace")


def _call(source: object, where: str) -> Any:
    """Call what is to be called: a function, or the path of one."""
    if isinstance(source, str):
        try:
            source = import_string(source)
        except ImportError as error:
            raise ConfigurationError(f"{where} names a function that can not be imported: {error}.") from None
    return source() if callable(source) else source


def _decoded(key: object, where: str) -> bytes:
    if isinstance(key, bytes | bytearray | memoryview):
        return bytes(key)
    if not isinstance(key, str):
        raise ConfigurationError(f"{where} must be bytes, or text in base64. {_ADVICE}")
    try:
        return base64.b64decode(key.strip().translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigurationError(f"{where} is no base64. {_ADVICE}") from None


_URL_SAFE = str.maketrans("-_", "+/")


@receiver(setting_changed)
def forget(*, setting: str = conf.NAME, **kwargs: object) -> None:
    """Read the rings again when they are next needed."""
    if setting == conf.NAME:
        _rings.clear()
        _loaded_at.clear()


@cache
def is_installed() -> bool:
    """Return whether the package cryptography is there."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None
