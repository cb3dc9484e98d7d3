"""The rings of keys that SCHEMAPATTERNS["ENCRYPTION_KEYS"] names, read when one is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from time import monotonic
from typing import Final

from django.core.signals import setting_changed
from django.dispatch import receiver
from django.views.decorators.debug import sensitive_variables

from django_schemapatterns import conf
from django_schemapatterns.conf_keys import read_keys
from django_schemapatterns.encryption.envelope import Subkeys
from django_schemapatterns.exceptions import ConfigurationError, UnknownKey

SETTING: Final = f'{conf.NAME}["ENCRYPTION_KEYS"]'
RELOAD_SECONDS: Final = 60.0  # nobody who writes rubbish into a column makes us ask a KMS all the time


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
        _loaded_at[name] = monotonic()
        found = _rings[name] = _load(name)
    return found


def subkeys(name: str, key_id: str, place: str) -> Subkeys:
    """Return the keys of a column, from a ring that is read again if it does not have the key."""
    try:
        return ring(name).get(key_id, place)
    except UnknownKey:
        if monotonic() - _loaded_at[name] < RELOAD_SECONDS:
            raise
    _loaded_at[name] = monotonic()  # also for a source that does not answer now
    _rings[name] = _load(name)
    return _rings[name].get(key_id, place)


@sensitive_variables()
def _load(name: str) -> KeyRing:
    rings = conf.get().encryption_keys or {}
    if name not in rings:
        nearest = get_close_matches(name, rings, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        known = f"It has {', '.join(rings)}." if rings else "It is empty."
        raise ConfigurationError(f"{SETTING} has no ring {name!r}.{hint} {known}")
    return KeyRing(name, read_keys(rings[name], f"{SETTING}[{name!r}]"))


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
