"""Secret keys, from where the settings say they are: themselves, the environment, a file, a function."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from django_schemapatterns.exceptions import ConfigurationError

SIZE: Final = 32
ADVICE: Final = "Make one with django_schemapatterns.encryption.generate_key()."
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FEW: Final = 12  # different bytes; of 32 random ones, fewer are different once in 10^13 times
_URL_SAFE = str.maketrans("-_", "+/")


def generate_key() -> str:
    """
    Return a new random key, as text for the settings, a file or the environment.

        python -c "from django_schemapatterns.encryption import generate_key; print(generate_key())"
    """
    return base64.b64encode(secrets.token_bytes(SIZE)).decode()


@sensitive_variables()
def read_keys(given: object, setting: str) -> dict[str, bytes]:
    """
    Return keys of 32 bytes by their ids, or raise a ConfigurationError that shows none of them.

        read_keys({"2026": "env:PII_KEY"}, 'SCHEMAPATTERNS["CONTEXT_KEYS"]')

    given: a dict of ids and keys, or what returns one: a function, or the path of one.
    setting: where it stands, for errors.
    """
    given = _call(given, setting)
    if not isinstance(given, Mapping) or not given:
        raise ConfigurationError(f"{setting} must hold at least one key: a dict of ids and keys.")
    return {_id(setting, key_id): _key(f"{setting}[{key_id!r}]", source) for key_id, source in given.items()}


def _id(setting: str, key_id: object) -> str:
    if isinstance(key_id, str) and _ID.fullmatch(key_id):
        return key_id
    raise ConfigurationError(
        f"{setting}: {key_id!r} can not be the id of a key: use 1 to 64 letters, digits, and . _ -"
    )


@sensitive_variables()
def _key(where: str, source: object) -> bytes:
    key = _decoded(_read(source, where), where)
    if len(key) != SIZE:
        raise ConfigurationError(f"{where} is {len(key)} bytes long, and must be {SIZE}. {ADVICE}")
    if len(set(key)) < _FEW:
        raise ConfigurationError(f"{where} is not random. {ADVICE}")
    return key


@sensitive_variables()
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


@sensitive_variables()
def _call(source: object, where: str) -> Any:
    """Call what is to be called: a function, or the path of one."""
    if isinstance(source, str):
        try:
            source = import_string(source)
        except ImportError as error:
            raise ConfigurationError(f"{where} names a function that can not be imported: {error}.") from None
    try:
        return source() if callable(source) else source
    except Exception as error:
        raise ConfigurationError(f"{where}: {_name(source)}() has failed: {error}") from error


def _name(function: object) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__))


@sensitive_variables()
def _decoded(key: object, where: str) -> bytes:
    if isinstance(key, bytes | bytearray | memoryview):
        return bytes(key)
    if not isinstance(key, str):
        raise ConfigurationError(f"{where} must be bytes, or text in base64. {ADVICE}")
    try:
        return base64.b64decode(key.strip().translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigurationError(f"{where} is no base64. {ADVICE}") from None
