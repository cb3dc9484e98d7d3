"""Checks of attributes: indexes that serve nothing or refuse long values, and rules that are not proven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.db import router

from django_schemapatterns.attributes.attribute import Attribute, near
from django_schemapatterns.attributes.constraints import AttributesRule
from django_schemapatterns.attributes.fields import AttributesField
from django_schemapatterns.attributes.indexes import AttributeIndex
from django_schemapatterns.attributes.kinds import ListOf, Text, shown
from django_schemapatterns.schema.checks import migrated

_UNPROVEN = """
SELECT conname FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'c' AND NOT convalidated AND conname = ANY (%s)
"""


def check_attributes(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at the indexes of single attributes."""
    return [
        message
        for model in _models(app_configs)
        for index in model._meta.indexes
        if isinstance(index, AttributeIndex)
        for message in _index_messages(model, index)
    ]


def check_attributes_database(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find rules that old rows may break."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases):
        models = [model for model in _models() if router.allow_migrate_model(connection.alias, model)]
        messages += [message for model in models for message in _unproven(connection, model)]
    return messages


def _models(app_configs: Sequence[AppConfig] | None = None) -> list[Any]:
    chosen = apps.get_app_configs() if app_configs is None else app_configs
    models = [model for config in chosen for model in config.get_models()]
    return [model for model in models if not (model._meta.proxy or model._meta.swapped)]


def _index_messages(model: Any, index: AttributeIndex) -> Iterator[CheckMessage]:
    field = model._meta.get_field(index.field_name)
    if not isinstance(field, AttributesField) or callable(field.schema):
        return
    known = field.every_attribute()
    found = [schema.attributes.get(index.attribute) for _value, schema in field.branches()]
    attributes = [attribute for attribute in found if attribute]
    if not attributes and not field.additional:
        yield Error(
            f"{model._meta.label}: an index is about the attribute {index.attribute!r}, which there is not.",
            hint=f"The attributes are {shown(known)}.{near(index.attribute, known)}",
            obj=model,
            id="schemapatterns.E611",
        )
    if any(_has_no_limit(attribute) for attribute in attributes):
        yield CheckWarning(
            f"{model._meta.label}: the index of the attribute {index.attribute!r} has no room for long ones.",
            hint="PostgreSQL would refuse long values. Give the attribute a max_length of up to 600, or use "
            "AttributesIndex.",
            obj=model,
            id="schemapatterns.W612",
        )


def _has_no_limit(attribute: Attribute) -> bool:
    long = isinstance(attribute.kind, Text) and (attribute.max_length or 601) > 600
    return not attribute.choices and (long or isinstance(attribute.kind, ListOf))


def _unproven(connection: Any, model: Any) -> list[CheckMessage]:
    rules = [rule.name for rule in model._meta.constraints if isinstance(rule, AttributesRule)]
    if not rules:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_UNPROVEN, [connection.ops.quote_name(model._meta.db_table), rules])
        return [
            CheckWarning(
                f"{model._meta.label}: old rows may break the rule {name}, which is not proven.",
                hint=f"Correct what {model.__name__}.objects.find_invalid() finds, then run "
                f"ALTER TABLE {connection.ops.quote_name(model._meta.db_table)} VALIDATE CONSTRAINT {name}.",
                obj=model,
                id="schemapatterns.W613",
            )
            for (name,) in cursor.fetchall()
        ]
