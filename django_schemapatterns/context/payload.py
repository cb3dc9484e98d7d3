"""
What people put into a context, as JSON that PostgreSQL takes: no NUL, no lone surrogate, no NaN, no novel.

    dumps(clean({"reason": "spring sale", "until": date(2026, 3, 1), "cost": Decimal("9.90")}))
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import islice
from typing import TypeAlias

from django.core.serializers.json import DjangoJSONEncoder

JSON: TypeAlias = "str | int | float | bool | list[JSON] | dict[str, JSON] | None"

MAXIMUM = 8192  # bytes of the whole object, which travels with every write
COLUMNS = {"user_label": 254, "ip_address": 64, "user_agent": 512}  # the log's own, and how long they may be
LONGEST_KEY = 100
DEEPEST = 8
SHORTENED = "…"

_encoder = DjangoJSONEncoder()


def clean(data: Mapping[str, object]) -> dict[str, JSON]:
    """Give the nearest thing to `data` that JSON can hold, without the keys that are None; never fail."""
    return {_key(key): _value(key, value) for key, value in data.items() if value is not None}


def dumps(data: Mapping[str, JSON]) -> str:
    """Write what clean() gave in MAXIMUM bytes at most: long values are shortened, then keys are left out."""
    text = _compact(data)
    for limit in (2048, 512, 128, 32):
        if len(text.encode()) <= MAXIMUM:
            return text
        short = {key: value if key in COLUMNS else _shorten(value, limit) for key, value in data.items()}
        text = _compact(short)
    return _compact(_fitting(short))


def plain_text(value: object) -> str:
    """Leave out the characters that a PostgreSQL text cannot hold."""
    return str(value).replace("\0", "").encode("utf-8", "ignore").decode()


def _value(key: str, value: object) -> JSON:
    nearest = _nearest(value)
    return _as_text(nearest)[: COLUMNS[key]] if key in COLUMNS else nearest


def _nearest(value: object) -> JSON:
    try:
        return _jsonable(value, DEEPEST)
    except Exception:  # noqa: BLE001 - whatever a stranger's __str__ raises, the write that it goes with succeeds
        return f"<{type(value).__name__}>"


def _jsonable(value: object, depth: int) -> JSON:
    match value:
        case None | bool():
            return value
        case str():
            return plain_text(_cut(value, MAXIMUM))
        case int():
            return int(value) if value.bit_length() <= 256 else _cut(hex(value), MAXIMUM)
        case float():
            return float(value) if math.isfinite(value) else str(value)
        case bytes() | bytearray() | memoryview():
            return _jsonable(bytes(value[:MAXIMUM]).decode("utf-8", "replace"), depth)
        case _ if depth == 0:
            return SHORTENED
        case Mapping():
            items = islice(value.items(), MAXIMUM)
            return {_key(key): _jsonable(item, depth - 1) for key, item in items}
        case list() | tuple() | set() | frozenset():
            return [_jsonable(item, depth - 1) for item in islice(value, MAXIMUM)]
    try:
        return _jsonable(_encoder.default(value), depth - 1)
    except (TypeError, ValueError):
        return _jsonable(str(value), depth)


def _key(key: object) -> str:
    return _cut(plain_text(key), LONGEST_KEY)


def _shorten(value: JSON, limit: int) -> JSON:
    text = _as_text(value)
    return value if len(text) <= limit else _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + SHORTENED


def _fitting(data: Mapping[str, JSON]) -> dict[str, JSON]:
    kept: dict[str, JSON] = {}
    room = MAXIMUM - LONGEST_KEY
    for key in sorted(data, key=lambda key: key not in COLUMNS):
        room -= len(_compact({key: data[key]}).encode())
        if room < 0:
            return {**kept, SHORTENED: f"{len(data) - len(kept)} more"}
        kept[key] = data[key]
    return kept


def _as_text(value: JSON) -> str:
    return value if isinstance(value, str) else _compact(value)


def _compact(value: JSON | Mapping[str, JSON]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
