"""What a model's inner class `Partition` says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

from django.core.exceptions import FieldDoesNotExist
from django.db.models import CompositePrimaryKey, DateField, Model, UUIDField

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.models import Field

Every = Literal["day", "week", "month", "quarter", "year"]
Method = Literal["range", "list", "hash"]
Key = Literal["uuid7", "surrogate", "composite"]

EVERY: Final = get_args(Every)
KEEP: Final = re.compile(r"[1-9]\d{0,4} (day|week|month|quarter|year)s?")
KEYS: Final = ("uuid7", "surrogate", "composite")
TELLS: Final = {"every": "range", "values": "list", "modulus": "hash"}
EXAMPLE: Final = 'class Partition: by, every, ahead, keep = "created_at", "month", 3, "24 months"'


@dataclass(frozen=True, kw_only=True, slots=True)
class PartitionOptions:
    """
    How one table is partitioned.

    by: the column that decides; `name` is its field.
    method: range (with `every`), list (with `values`) or hash (with `modulus`).
    every: how long the period of one partition is, in UTC.
    ahead: how many periods after the current one have a partition already.
    keep: for how long, such as "24 months"; None for ever.
    default: whether there is a partition for rows that fit no other.
    key: how the primary key gets along with PostgreSQL's rule that it holds `by`.
    sub: how each partition is partitioned in turn.
    values: of a list, the values of each partition by its suffix.
    modulus: of a hash, the number of partitions.
    """

    by: str
    name: str
    method: Method = "range"
    every: Every | None = None
    ahead: int = 3
    keep: str | None = None
    default: bool = False
    key: Key = "surrogate"
    sub: PartitionOptions | None = None
    values: tuple[tuple[str, tuple[Any, ...]], ...] = field(default=())
    modulus: int | None = None

    @property
    def columns(self) -> list[str]:
        """Return the columns that the primary key must hold: `by`, and that of each level below."""
        below = self.sub.columns if self.sub else []
        return [self.by, *(column for column in below if column != self.by)]


def declared_options(model: type[Model]) -> PartitionOptions:
    """Return what the inner class `Partition` of a model says; raises ConfigurationError if it is wrong."""
    return read_options(model, raw_options(model), f"{model._meta.label}.Partition")


def raw_options(model: type[Model]) -> dict[str, Any]:
    """Return what the inner class `Partition` of a model says, right or wrong; empty without one."""
    declaration = getattr(model, "Partition", None)
    return _given(declaration) if isinstance(declaration, type) else {}


def read_options(model: type[Model], given: Mapping[str, Any], where: str = "Partition") -> PartitionOptions:
    """Return the options that a model's declaration gives, by their names; raises ConfigurationError."""
    known = [each.name for each in fields(PartitionOptions) if each.name != "name"]
    if not given:
        raise ConfigurationError(f"{where} is missing. Write into the model: {EXAMPLE}")
    for name in given:
        _refuse_unknown(f"{where} has no option", name, known)
    if "by" not in given:
        raise ConfigurationError(f"{where}.by is missing: the field that decides. Write {EXAMPLE}")
    by = _field(model, given["by"], where)
    options = replace(
        PartitionOptions(by=str(by.column), name=by.name),
        method=_method(given, where),
        every=given.get("every"),
        ahead=given.get("ahead", 3),
        keep=given.get("keep"),
        default=given.get("default", False),
        key=given.get("key") or _key(model, by),
        sub=_sub(model, given.get("sub"), where),
        values=_values(given.get("values"), where),
        modulus=given.get("modulus"),
    )
    _validate(options, model, by, where)
    return options


def partition_options(model: type[Model]) -> PartitionOptions | None:
    """Return how the table of a model is partitioned, also that of a migration's state; None if it is not."""
    for each in model._meta.local_fields:
        if (scheme := getattr(each, "partition_scheme", None)) is not None:
            return cast("PartitionOptions", scheme(model))
    return None


def _given(declaration: type) -> dict[str, Any]:
    given = {
        name: getattr(declaration, name)
        for base in declaration.__mro__[:-1]
        for name in vars(base)
        if not name.startswith("__")
    }
    if "Sub" in given:
        given["sub"] = _given(given.pop("Sub"))
    return given


def _field(model: type[Model], name: Any, where: str) -> Field[Any, Any]:
    names = [each.name for each in model._meta.local_concrete_fields]
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        found = None
    if found is None or found.name not in names:
        near = difflib.get_close_matches(str(name), names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Its columns are {', '.join(names)}."
        raise ConfigurationError(f"{where}.by names {name!r}, which is no column of the model's table.{hint}")
    return cast("Field[Any, Any]", found)


def _method(given: Mapping[str, Any], where: str) -> Method:
    told = [method for option, method in TELLS.items() if given.get(option) is not None]
    if len(told) != 1 or given.get("method", told[0]) != told[0]:
        raise ConfigurationError(
            f'{where} must have one of every = "month" (a range), values = {{"eu": ["IT", "FR"]}} (a list) '
            f"and modulus = 8 (a hash)."
        )
    return cast("Method", told[0])


def _key(model: type[Model], by: Field[Any, Any]) -> Key:
    if isinstance(model._meta.pk, CompositePrimaryKey):
        return "composite"
    return "uuid7" if by.primary_key and isinstance(by, UUIDField) else "surrogate"


def _sub(model: type[Model], given: Any, where: str) -> PartitionOptions | None:
    return read_options(model, given, f"{where}.Sub") if given else None


def _values(given: Any, where: str) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    if given is None:
        return ()
    if not isinstance(given, Mapping) or not given:
        raise ConfigurationError(f'{where}.values must be a dict such as {{"eu": ["IT", "FR"]}}.')
    found = tuple((name, _members(name, values, where)) for name, values in given.items())
    every = [value for _, values in found for value in values]
    if twice := next((value for value in every if every.count(value) > 1), None):
        raise ConfigurationError(f"{where}.values has {twice!r} twice.")
    return found


def _members(name: Any, values: Any, where: str) -> tuple[Any, ...]:
    is_name = isinstance(name, str) and re.fullmatch(r"[a-z0-9_]+", name)
    if not is_name or not isinstance(values, list | tuple) or not values:
        raise ConfigurationError(
            f"{where}.values has {name!r}: {values!r}. A key is a suffix of a table's name (small letters, "
            "digits, _), its value a list of values."
        )
    return tuple(values)


def _validate(options: PartitionOptions, model: type[Model], by: Field[Any, Any], where: str) -> None:
    _refuse_unknown(f"{where}.key can not be", options.key, KEYS)
    if by.null:
        raise ConfigurationError(f"{where}.by names {by.name!r}, which may be null. Say null=False there.")
    if by.generated:
        raise ConfigurationError(f"{where}.by names {by.name!r}, a generated column, which can be no key.")
    if not isinstance(options.default, bool):
        raise ConfigurationError(f"{where}.default must be True or False, not {options.default!r}.")
    _validate_key(options, model, by, where)
    {"range": _validate_range, "list": _validate_list, "hash": _validate_hash}[options.method](
        options, by, where
    )


def _validate_key(options: PartitionOptions, model: type[Model], by: Field[Any, Any], where: str) -> None:
    key: Any = model._meta.pk
    is_composite = isinstance(key, CompositePrimaryKey)
    if (options.key == "composite") != is_composite:
        raise ConfigurationError(
            f'{where}.key is {options.key!r}: "composite" goes with pk = models.CompositePrimaryKey(…), '
            "and only with it."
        )
    if is_composite and by.name not in key.field_names:
        raise ConfigurationError(f"{where}.by names {by.name!r}, which must be a part of the primary key.")
    if options.key == "uuid7" and not (by.primary_key and isinstance(by, UUIDField)):
        raise ConfigurationError(f'{where}.key is "uuid7": by must name a UUIDField, the primary key.')


def _validate_range(options: PartitionOptions, by: Field[Any, Any], where: str) -> None:
    _refuse_unknown(f"{where}.every can not be", options.every, EVERY)
    ahead: Any = options.ahead
    if not isinstance(ahead, int) or isinstance(ahead, bool) or ahead < 0:
        raise ConfigurationError(f"{where}.ahead must be a whole number, 0 or more, not {ahead!r}.")
    if options.keep is not None and not KEEP.fullmatch(str(options.keep)):
        raise ConfigurationError(
            f'{where}.keep is {options.keep!r}. Write a number and a unit, such as "24 months", or None.'
        )
    if options.key != "uuid7" and not isinstance(by, DateField):
        raise ConfigurationError(
            f"{where}.every needs a DateTimeField, a DateField or a UUIDv7 primary key; {by.name!r} is none."
        )


def _validate_list(options: PartitionOptions, by: Field[Any, Any], where: str) -> None:
    _refuse_periods(options, where)


def _validate_hash(options: PartitionOptions, by: Field[Any, Any], where: str) -> None:
    _refuse_periods(options, where)
    modulus: Any = options.modulus
    if not isinstance(modulus, int) or modulus < 1:
        raise ConfigurationError(f"{where}.modulus must be a whole number, 1 or more.")
    if options.default:
        raise ConfigurationError(f"{where}.default can not be: a hash has a place for every row.")


def _refuse_periods(options: PartitionOptions, where: str) -> None:
    if options.keep is not None:
        raise ConfigurationError(f"{where}.keep goes with every, not with {options.method}.")


def _refuse_unknown(what: str, value: Any, known: Any) -> None:
    if value in known:
        return
    near = difflib.get_close_matches(str(value), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ConfigurationError(f"{what} {value!r}; there are {', '.join(known)}.{hint}")
