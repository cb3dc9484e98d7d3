"""Generated columns: taken away and made anew when what they are made from changes, or how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models import GeneratedField

from django_schemapatterns.schema.dependents import (
    Dependent,
    blocking,
    bring_back,
    comment_on,
    constraint_of,
    index_of,
    rows_about,
    take_away,
)
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

_PARTS = """
SELECT DISTINCT conname::text, conrelid::regclass::text, pg_get_constraintdef(pg_constraint.oid),
       obj_description(pg_constraint.oid, 'pg_constraint')
FROM columns JOIN pg_constraint ON conrelid = attrelid AND attnum = ANY (conkey)
WHERE conislocal AND conparentid = 0 AND contype IN ('c', 'f', 'p', 'u', 'x')
ORDER BY 2, 1
"""
_PART_INDEXES = """
SELECT DISTINCT relname::text, indexrelid::regclass::text,
       -- of a partitioned table: with those of the partitions
       regexp_replace(pg_get_indexdef(indexrelid), '^(CREATE [^(]* ON) ONLY ', '\\1 '),
       obj_description(indexrelid, 'pg_class')
FROM columns
JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = attrelid AND refobjsubid = attnum
JOIN pg_index ON classid = 'pg_class'::regclass AND objid = indexrelid
JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT relispartition AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 2
"""
_MADE_FROM = """
SELECT DISTINCT adrelid::regclass::text, attname::text
FROM columns
JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = columns.attrelid
     AND refobjsubid = columns.attnum
JOIN pg_attrdef ON adrelid = columns.attrelid AND (
    (classid = 'pg_attrdef'::regclass AND objid = pg_attrdef.oid)
    OR (classid = 'pg_class'::regclass AND objid = adrelid AND objsubid = adnum)
)
JOIN pg_attribute ON pg_attribute.attrelid = adrelid AND pg_attribute.attnum = adnum
WHERE attgenerated <> '' AND attinhcount = 0 AND adnum <> columns.attnum
ORDER BY 1, 2
"""
_GENERATED = """
SELECT attrelid::regclass::text, attname::text,
       format_type(atttypid, atttypmod) || CASE
           WHEN attcollation NOT IN (0, typcollation) THEN format(' COLLATE %%s', attcollation::regcollation)
           ELSE '' END,
       pg_get_expr(adbin, adrelid), CASE attgenerated WHEN 'v' THEN 'VIRTUAL' ELSE 'STORED' END,
       attnotnull, col_description(attrelid, attnum),
       ARRAY(
           SELECT format('GRANT %%s (%%I) ON %%s TO %%s', privilege_type, attname, attrelid::regclass,
                         CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
           FROM aclexplode(attacl)
       )
FROM columns JOIN pg_attribute USING (attrelid, attnum) JOIN pg_type ON pg_type.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attinhcount = 0 ORDER BY 1, 2
"""

Columns = Sequence[tuple[str, str]]
# Type, expression, and how it is kept.
Definition = tuple[str, str, str]
# Of generated columns, by their plain names, as they are to be from now on.
Definitions = Mapping[str, Definition]


def with_columns_made_from(
    connection: BaseDatabaseWrapper, columns: Columns, away: Sequence[Dependent], model: type[Model]
) -> list[Dependent]:
    """
    Return what is to be dropped while columns change, and what is generated from them.

    away: what else is.  model: as it is to be; its columns are made anew as it says.
    """
    found = rows_about(connection, columns, _MADE_FROM)
    if not found:
        return list(away)
    definitions = definitions_of(connection, model)
    more = as_dependents(connection, found, definitions)
    # What uses both goes first, and once.
    return list({each.drop: each for each in (*away, *more)}.values())


def as_dependents(
    connection: BaseDatabaseWrapper, columns: Columns, definitions: Definitions
) -> list[Dependent]:
    """
    Return columns that are, or become, generated, after all that uses them, as they can be dropped.

    definitions: of the columns that are to be otherwise than the database has them.
    """
    parts = [constraint_of(*row) for row in rows_about(connection, columns, _PARTS)]
    parts += [index_of(*row) for row in rows_about(connection, columns, _PART_INDEXES)]
    made = [_generated(definitions, *row) for row in rows_about(connection, columns, _GENERATED)]
    return [*blocking(connection, columns), *parts, *made]


def definitions_of(connection: BaseDatabaseWrapper, model: type[Model]) -> dict[str, Definition]:
    """Return what the generated columns of a model are, but of those that name what is not there."""
    found: dict[str, Definition] = {}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, GeneratedField):
            try:
                found[str(field.column)] = definition(connection, field)
            except FieldError:
                continue
    return found


def definition(connection: BaseDatabaseWrapper, field: Any) -> Definition:
    """Return what a generated column is."""
    sql, params = field.generated_sql(connection)
    editor: Any = connection.schema_editor()
    expression = sql % tuple(map(editor.quote_value, params)) if params else sql
    return _type(connection, field), expression, "STORED" if field.db_persist else "VIRTUAL"


def remake(editor: SchemaEditor, model: type[Model], old: Any, new: Any) -> Any:
    """
    Make a column anew that is, or becomes, generated otherwise; one that is generated no more keeps its
    values.

    Returns the field that the column is of then, for Django to go on with. Raises ValueError when the fields
    that the column is made from have other names just now.
    """
    if new.generated:
        wanted = _definition_beside(editor.connection, new, old)
        if wanted is None:
            raise ValueError(
                f"{new}: some of its fields have other names just now, and which ones can not be told. "
                "Rename fields in a migration of its own, and change what is made from them in the next one."
            )
        if old.generated and _definition_beside(editor.connection, old, new) == wanted:
            return _in_the_place_of(old, new)
        _remake(editor, model, old, wanted)
    else:
        table = editor.quote_name(model._meta.db_table)
        editor.execute(f"ALTER TABLE {table} ALTER COLUMN {quote(old.column)} DROP EXPRESSION", params=None)
    return _in_the_place_of(old, new)


def is_remade(connection: BaseDatabaseWrapper, old: Any, new: Any) -> bool:
    """Return whether a change is one that Django refuses, and that loses nothing but what can be computed."""
    if not (old.generated or new.generated) or not (old.concrete and new.concrete):
        return False
    same_type = _type(connection, old) == _type(connection, new)
    if not old.generated:  # what was written into the column would be lost, if it were anything else
        return same_type and getattr(new, "is_derived", False)
    return bool(new.generated or (same_type and old.db_persist))


def _remake(editor: SchemaEditor, model: type[Model], old: Any, wanted: Definition) -> None:
    table = editor.quote_name(model._meta.db_table)
    away = as_dependents(editor.connection, [(table, old.column)], {old.column: wanted})
    if not away:  # sqlmigrate, before there is the table
        away = [_generated({}, table, old.column, *wanted)]
    take_away(editor, away)
    bring_back(editor, away)


def _definition_beside(connection: BaseDatabaseWrapper, field: Any, other: Any) -> Definition | None:
    """Return the definition of a generated column, also while a migration renames what it is made from."""
    try:
        return definition(connection, field)
    except FieldError:
        renamed = field.renamed_as(other) if hasattr(field, "renamed_as") else None
        return definition(connection, renamed) if renamed else None


def _in_the_place_of(old: Any, new: Any) -> Any:
    """Return the new field as far as the column is changed already."""
    field = copy(new)
    for name in ("name", "attname", "column", "db_column", "_unique", "db_index", "db_comment", "null"):
        setattr(field, name, getattr(old, name))
    return field


def _type(connection: BaseDatabaseWrapper, field: Any) -> str:
    return str(field.db_parameters(connection)["type"])


def _generated(  # noqa: PLR0917 - a row of the query
    definitions: Definitions,
    table: str,
    name: str,
    type_: str,
    expression: str | None,
    storage: str,
    is_required: bool = False,  # noqa: FBT001, FBT002
    comment: str | None = None,
    grants: Sequence[str] = (),
) -> Dependent:
    column = quote(name)
    type_, expression, storage = definitions.get(name, (type_, expression or "", storage))
    required = " NOT NULL" if is_required else ""
    definition = f"{column} {type_} GENERATED ALWAYS AS ({expression}) {storage}{required}"
    create = [
        f"ALTER TABLE {table} ADD COLUMN {definition}",
        *comment_on("COLUMN", f"{table}.{column}", comment),
        *grants,
    ]
    return Dependent("", f"ALTER TABLE {table} DROP COLUMN {column}", tuple(create))
