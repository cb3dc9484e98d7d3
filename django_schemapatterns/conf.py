"""
The one setting, a dict named SCHEMAPATTERNS, read when something first asks for it.

    SCHEMAPATTERNS = {"TRUSTED_PROXIES": 1, "REQUEST_ID_HEADER": "X-Request-ID"}  # settings.py

    conf.get().trusted_proxies

A new option is one more line in `Settings`: its type, its default, who reads it and one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.signals import setting_changed
from django.dispatch import receiver

from django_schemapatterns import conf_roles
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.exceptions import ConfigurationError

NAME = "SCHEMAPATTERNS"
LENGTH = re.compile(r"[1-9]\d{0,4} (day|week|month|quarter|year)s?")


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a whole number, 0 or more")
    return value


def _header(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise ValueError("the name of an HTTP header such as 'X-Request-ID', or None")
    return value


def _proxies(value: object) -> int | tuple[IPv4Network | IPv6Network, ...]:
    try:
        if isinstance(value, (list, tuple)):
            return tuple(ip_network(str(network), strict=False) for network in value)
        return _count(value)
    except ValueError:
        raise ValueError("the number of proxies, or a list of networks such as ['10.0.0.0/8']") from None


def _rings(value: object) -> object:
    """Look at names alone: errors must not show keys, and what the keys are is read when they are needed."""
    if value is None or (isinstance(value, dict) and all(isinstance(name, str) for name in value)):
        return value
    raise ConfigurationError(
        f'{NAME}["ENCRYPTION_KEYS"] must be a dict of rings of keys, such as '
        '{"pii": {"2026": "env:PII_KEY"}}.'
    )


def _keys(value: object) -> object:
    if value is None or (isinstance(value, dict | str) and value) or callable(value):
        return value
    raise ConfigurationError(
        f'{NAME}["CONTEXT_KEYS"] must be a dict of ids and keys, such as {{"2026": "env:CONTEXT_KEY"}}.'
    )


def _binding(value: object) -> str:
    if value not in {"backend", "time"}:
        raise ValueError("'backend' or 'time'")
    return str(value)


def _length(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and LENGTH.fullmatch(value)):
        raise ValueError("a length of time such as '24 months', or None")
    return value


def _folder(value: object) -> str | None:
    if value is not None and not (isinstance(value, str | Path) and str(value)):
        raise ValueError("the path of a folder, or None")
    return None if value is None else str(value)


def _format(value: object) -> str:
    if value not in {"ndjson", "parquet"}:
        raise ValueError("'ndjson' or 'parquet'")
    return str(value)


def _labels(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
        raise ValueError("a list of labels of apps such as ['shop']")
    return tuple(value)


def _option(default: object, read: Callable[[object], object], sentence: str) -> Any:
    return field(default=default, metadata={"read": read, "sentence": sentence})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What SCHEMAPATTERNS may hold: each key is the name of an attribute, in capitals."""

    trusted_proxies: int | tuple[IPv4Network | IPv6Network, ...] = _option(
        0,
        _proxies,
        "The proxies in front of Django whose X-Forwarded-For is believed: how many, or their networks.",
    )
    request_id_header: str | None = _option(
        None,
        _header,
        "The header in which a trusted proxy names the request; without it every request gets an id here.",
    )
    audit_partitions_ahead: int = _option(
        3,
        _count,
        "How many months of the audit log are made ahead of time.",
    )
    audit_keep: str | None = _option(
        None,
        _length,
        "How long the audit log is kept, such as '24 months'; None for ever.",
    )
    partitions_archive: str | None = _option(
        None,
        _folder,
        "The folder that holds what partitions held, in files, before they are dropped.",
    )
    partitions_archive_format: str = _option(
        "ndjson",
        _format,
        "What those files are: 'ndjson' or 'parquet'.",
    )
    partitions_grace: str | None = _option(
        "7 days",
        _length,
        "How long a partition that was detached can be attached again before it is dropped; None not at all.",
    )
    context_keys: Any = field(
        default=None,
        repr=False,
        metadata={
            "read": _keys,
            "sentence": "The keys that sign who acts, by their ids; the first signs, the database knows all.",
        },
    )
    context_binding: str = _option(
        "backend",
        _binding,
        "What a signature counts for besides its minute: 'backend', or 'time' for nothing else.",
    )
    encryption_keys: dict[str, Any] | None = field(
        default=None,
        repr=False,
        metadata={
            "read": _rings,
            "sentence": "The rings of keys of encrypted fields; the first key of each encrypts.",
        },
    )
    protected_apps: tuple[str, ...] = _option(
        (),
        _labels,
        "The labels of the apps in which every model must have a RowSecurity, or say why it has none.",
    )
    roles: RoleSet | None = _option(  # noqa: RUF009 - it is one of the dataclass's own fields
        None,
        conf_roles.read,
        "The roles of the database and the logins that belong to them; None leaves roles alone.",
    )


@cache
def get() -> Settings:
    """Give today's settings, or raise a ConfigurationError that names what is wrong in them."""
    given = getattr(settings, NAME, {})
    if not isinstance(given, dict):
        raise ConfigurationError(f"{NAME} must be a dict, not {given!r}.")
    return Settings(**{str(key).lower(): _value(key, value) for key, value in given.items()})


def _value(key: object, value: object) -> Any:
    options = {option.name.upper(): option for option in fields(Settings)}
    if not isinstance(key, str) or key not in options:
        nearest = get_close_matches(str(key).upper(), options, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise ConfigurationError(f"{NAME} has no option {key!r}.{hint} Its options are {', '.join(options)}.")
    try:
        return options[key].metadata["read"](value)
    except ValueError as error:
        raise ConfigurationError(f"{NAME}[{key!r}] must be {error}, not {value!r}.") from None


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Tell at the start what would else be told when an option is first asked for."""
    try:
        get()
    except ConfigurationError as error:
        return [Error(str(error), id="schemapatterns.E004")]
    return []


@receiver(setting_changed)
def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == NAME:
        get.cache_clear()
