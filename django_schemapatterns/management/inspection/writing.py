"""Tables as the text of a module with models."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps

from django_schemapatterns.management.inspection.columns import Code, enum_name, field_of
from django_schemapatterns.management.inspection.patterns import Patterns, patterns_of
from django_schemapatterns.management.inspection.rules import Rules, rules_of

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from django_schemapatterns.management.inspection.reading import Column, Table

IMPORTS = {
    r"Decimal\(": "from decimal import Decimal",
    r"models\.": "from django.db import models",
    r"functions\.": "from django.db.models import functions",
    r"RawSQL\(": "from django.db.models.expressions import RawSQL",
    r"postgres\.": "from django.contrib.postgres import fields as postgres",
    r"postgres_functions\.": "from django.contrib.postgres import functions as postgres_functions",
    r"postgres_indexes\.": "from django.contrib.postgres import indexes as postgres_indexes",
    r"SearchVectorField\(": "from django.contrib.postgres.search import SearchVectorField",
    r"constraints\.": "from django_schemapatterns import constraints",
    r"database\.": "from django_schemapatterns import database",
    r"fields\.": "from django_schemapatterns import fields",
    r"patterns\.": "from django_schemapatterns import models as patterns",
}


def module(connection: BaseDatabaseWrapper, tables: Sequence[Table], app_label: str) -> str:
    """Return the module, each model after those that it points at where that is possible."""
    enums = {column.type_name: column for table in tables for column in table.columns if column.kind == "e"}
    blocks = [_enum(column) for _, column in sorted(enums.items())]
    blocks += ["\n".join(_model(connection, table, app_label)) for table in tables]
    body = "\n\n\n".join(blocks)
    imports = [line for used, line in IMPORTS.items() if re.search(rf"(?<![\w.]){used}", body)]
    return "\n".join([*sorted(imports), "", "", body])


def class_name(table: str, app_label: str) -> str:
    """Return the name of a model for a table: Tree for garden_tree in the app garden."""
    bare = table.removeprefix(f"{app_label}_") if app_label else table
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", bare) if part)
    return f"Model{name}" if not name.isidentifier() or keyword.iskeyword(name) else name


def _enum(column: Column) -> str:
    lines = [f"class {enum_name(column)}(models.TextChoices):"]
    names: set[str] = set()
    for number, label in enumerate(column.labels):
        name = re.sub(r"\W", "_", label).upper()
        if not name.isidentifier() or name.startswith("_") or name in names:
            name = f"VALUE_{number}"
        names.add(name)
        lines.append(f"    {name} = {label!r}")
    return "\n".join(lines)


def _model(connection: BaseDatabaseWrapper, table: Table, app_label: str) -> Iterator[str]:
    found, name = patterns_of(table), class_name(table.name, app_label)
    rules = rules_of(connection, table, lambda target: _target(target, app_label))
    yield f"class {name}({', '.join(found.bases or ['models.Model'])}):"
    lines = [*_fields(table, found, rules), *_inner(found), *_meta(table, name, app_label, rules)]
    yield from (f"    {line}" if line else "" for line in lines or ["pass"])


def _fields(table: Table, found: Patterns, rules: Rules) -> Iterator[str]:
    if rules.composite_key:
        yield f"pk = models.CompositePrimaryKey({', '.join(map(repr, rules.composite_key))})"
    for column in table.columns:
        if column.name in found.columns:
            continue
        code = rules.apply(column, found.fields.get(column.name) or field_of(column))
        if code.name == "models.BigAutoField" and column.name == "id" and "primary_key" in code.options:
            continue
        yield from (f"# {note}" for note in code.notes)
        yield f"{rules.names[column.name]} = {code}"


def _inner(found: Patterns) -> Iterator[str]:
    for name, lines in found.inner.items():
        yield ""
        yield f"class {name}:"
        yield from (f"    {line}" for line in lines)


def _meta(table: Table, name: str, app_label: str, rules: Rules) -> Iterator[str]:
    lines = ["managed = False"] if table.kind in {"v", "m"} else []
    if table.name != f"{app_label}_{name.lower()}":
        lines.append(f"db_table = {table.name!r}")
    if table.comment:
        lines.append(f"db_table_comment = {table.comment!r}")
    lines += _list("constraints", rules.constraints)
    lines += _list("indexes", rules.indexes)
    notes = [*rules.notes, *_notes(table)]
    lines += [f"# {note}" for note in notes]
    if not lines:
        return
    yield ""
    yield "class Meta:"
    yield from (f"    {line}" for line in lines)
    if len(notes) == len(lines):
        yield "    pass"


def _list(name: str, codes: Iterable[Code]) -> list[str]:
    items = [f"    {code}," for code in codes]
    return [f"{name} = [", *items, "]"] if items else []


def _notes(table: Table) -> Iterator[str]:
    for policy in table.policies:
        using = f" USING ({policy.using})" if policy.using else ""
        check = f" WITH CHECK ({policy.check})" if policy.check else ""
        yield f"Policy {policy.name} FOR {policy.command}{using}{check}".replace("\n", " ")
    for trigger in table.triggers:
        if not trigger.function.startswith("schemapatterns."):
            yield f"Trigger: {trigger.definition}"


def _target(table: str, app_label: str) -> str:
    """Return the name of the model that a foreign key points at."""
    options: Any = [model._meta for model in apps.get_models(include_auto_created=True)]
    label = next((each.label for each in options if each.db_table == table), "")
    return label if label and label.partition(".")[0] != app_label else class_name(table, app_label)
