"""Checks of what the code says about encryption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import models

from django_schemapatterns.encryption import keys
from django_schemapatterns.encryption.binding import is_known_before_insert
from django_schemapatterns.encryption.index import BlindIndexField, source_of
from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField

FEW_CHARACTERS = 4
_REFUSED = (models.AutoField, models.FileField, models.GeneratedField, BlindIndexField)
_FEW = (models.BooleanField, models.SmallIntegerField, models.PositiveSmallIntegerField)


def check_encryption(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at the rings of keys, and at what fields of several models have to do with each other."""
    fields = encrypted_fields(app_configs)
    if not fields:
        return []
    if not keys.is_installed():
        return [
            Error(
                "Fields are encrypted, but the package cryptography is not installed.",
                hint='Run `pip install "django-schemapatterns[encryption]"`.',
                id="schemapatterns.E480",
            )
        ]
    return [
        *_check_rings(fields),
        *_check_places(list(dict.fromkeys([*encrypted_fields(), *fields]))),
        *_check_orderings(fields),
    ]


def encrypted_fields(app_configs: Sequence[AppConfig] | None = None) -> list[EncryptedField]:
    """Return the encrypted fields of the tables of apps."""
    from django_schemapatterns.encryption.fields import EncryptedField

    chosen = apps.get_app_configs() if app_configs is None else app_configs
    found = [model for config in chosen for model in config.get_models(include_auto_created=True)]
    return [
        field
        for model in found
        if not (model._meta.proxy or model._meta.swapped)
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    ]


def check_field(field: EncryptedField) -> list[CheckMessage]:
    """Look at one encrypted field."""
    return [*_check_base(field), *_check_binding(field), *_check_unique(field), *_check_leakage(field)]


def check_index_field(field: BlindIndexField) -> list[CheckMessage]:
    """Look for the encrypted field that an index is about."""
    if getattr(source_of(field), "index", None) is not None:
        return []
    return [
        Error(
            f"{field} is a BlindIndexField, and there is no encrypted field with an index beside it.",
            hint="Write EncryptedField(..., index=BlindIndex()), which adds this column itself.",
            obj=field,
            id="schemapatterns.E487",
        )
    ]


def _check_rings(fields: list[EncryptedField]) -> Iterator[CheckMessage]:
    for name in sorted({field.key for field in fields}):
        users = ", ".join(field.label for field in fields if field.key == name)
        try:
            keys.ring(name)
        except ConfigurationError as error:
            missing = "has no ring" in str(error)
            yield Error(
                f"The keys of {users} are missing: {error}"
                if missing
                else f"The keys of {users} are wrong: {error}",
                hint="Name the ring in SCHEMAPATTERNS, with at least one key of 32 random bytes.",
                id="schemapatterns.E481" if missing else "schemapatterns.E482",
            )


def _check_places(fields: list[EncryptedField]) -> Iterator[CheckMessage]:
    found: dict[tuple[str, str], list[EncryptedField]] = defaultdict(list)
    for field in fields:
        if field.model._meta.managed:  # others read what these write
            found[field.key, field.place].append(field)
    for (_key, place), same in found.items():
        if len(same) > 1:
            yield Error(
                f"{' and '.join(field.label for field in same)} are bound to the same place, {place!r}: a "
                f"value of one "
                f"could be copied to the other.",
                hint="Give all but one of them a `place` of its own, before there are values.",
                obj=same[-1],
                id="schemapatterns.E489",
            )


def _check_orderings(fields: list[EncryptedField]) -> Iterator[CheckMessage]:
    for field in fields:
        if field.name in map(_name_of, field.model._meta.ordering or ()):
            yield Error(
                f"{field.model._meta.label} is ordered by {field.name!r}, which is encrypted and has no "
                f"order.",
                hint="Take it out of Meta.ordering.",
                obj=field.model,
                id="schemapatterns.E490",
            )


def _check_base(field: EncryptedField) -> Iterator[CheckMessage]:
    base = field.base_field
    reason = ""
    if (
        base.remote_field
        or isinstance(base, _REFUSED)
        or type(base).__name__ in ("EncryptedField", "AttributesField")
    ):
        reason = f"a {type(base).__name__}"
    elif base.primary_key:
        reason = "a primary key"
    elif base.has_db_default():
        reason = "a field with a db_default, which the database would write as plain text"
    if not reason:
        yield from _check_options(field)
        return
    yield Error(
        f"{field.label}: {reason} can not be encrypted.",
        hint="Encrypt a field with a plain value, such as a CharField, an IntegerField or a JSONField.",
        obj=field,
        id="schemapatterns.E485",
    )


def _check_options(field: EncryptedField) -> Iterator[CheckMessage]:
    for message in field.base_field.check():
        if isinstance(message, Error):
            message.obj = field
            yield message


def _check_binding(field: EncryptedField) -> Iterator[CheckMessage]:
    problem = field.binding.problem(field.model)
    if problem:
        yield Error(
            f"{field.label} is bound to its {field.binding.bind} by {field.binding.name!r}, which {problem}.",
            hint="Name a field of the same table with `by`, such as a UUIDField(default=uuid.uuid4, "
            "editable=False).",
            obj=field,
            id="schemapatterns.E484",
        )
        return
    binding = field.binding_field
    if binding is not None and not is_known_before_insert(binding):
        yield Error(
            f"{field.label} is bound to {binding.name!r}, which the database assigns when the row is "
            f"inserted: too late "
            f"to encrypt the value.",
            hint="Make the primary key a UUIDField(default=uuid.uuid4), or add such a field and name it "
            "with `by`, or "
            'bind="column".',
            obj=field,
            id="schemapatterns.E483",
        )


def _check_unique(field: EncryptedField) -> Iterator[CheckMessage]:
    base: Any = field.base_field
    dates = (base.unique_for_date, base.unique_for_month, base.unique_for_year)
    if base.remote_field:
        return
    if base._unique or base.db_index or any(dates) or field.name in _named_in_meta(field):
        yield Error(
            f"{field.label}: the database can not see that values are the same, so unique, db_index, and "
            f"constraints and indexes of them do nothing.",
            hint="Take them away, and give the EncryptedField index=BlindIndex() or "
            f"index=BlindIndex(unique=True). A constraint may name {field.name}_index.",
            obj=field,
            id="schemapatterns.E486",
        )


def _named_in_meta(field: EncryptedField) -> set[str]:
    """Return the names of fields that constraints and indexes of the model want to compare."""
    options = field.model._meta
    objects = [*options.constraints, *options.indexes]
    expressions = [each for found in objects for each in getattr(found, "expressions", ())]
    return {
        *(name for group in options.unique_together for name in group),
        *(name for found in objects for name in getattr(found, "fields", ())),
        *map(_name_of, expressions),
    }


def _name_of(given: Any) -> str:
    """Return the name of a field in a name, an F() or an OrderBy() of one, "" for anything else."""
    expression = getattr(given, "expression", given)
    name = getattr(expression, "name", expression)
    return name.lstrip("-+") if isinstance(name, str) else ""


def _check_leakage(field: EncryptedField) -> Iterator[CheckMessage]:
    base = field.base_field
    few = base.choices or isinstance(base, _FEW) or (base.max_length or FEW_CHARACTERS + 1) <= FEW_CHARACTERS
    if field.index is not None and few and not field.index.accept_leakage:
        yield Error(
            f"{field.label} has few possible values: its index tells which rows have the same, and who "
            f"can write one "
            f"row learns the values of all.",
            hint="Leave out the index, or say why it is right: BlindIndex(accept_leakage='…').",
            obj=field,
            id="schemapatterns.E488",
        )
