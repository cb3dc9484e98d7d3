"""The clauses of a rule against overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db.backends.ddl_references import Statement, Table

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.names import shorten

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.periods.overlap import NoOverlap
    from django_schemapatterns.periods.overlap_columns import OverlapColumns

TEMPORAL_KEYS: Final = 18_00_00
# Literals without a type, which PostgreSQL reads as what they are compared with. NaN is above infinity.
_FINITE: Final = "({end} > '-infinity' AND {end} < 'infinity') IS NOT FALSE"
_WITHOUT_INFINITY: Final = ("int4range", "int8range")


def check_name(name: str) -> str:
    """Return the name of the CHECK beside the rule."""
    return shorten(f"{name}_period")


def clauses(rule: NoOverlap, model: type[Model], editor: Any) -> Statement:
    """Return the two constraints, as clauses of CREATE TABLE."""
    return _both("%(excluding)s, CONSTRAINT %(name)s CHECK (%(check)s)", rule, model, editor)


def add(rule: NoOverlap, model: type[Model], editor: Any) -> Statement:
    """Return the statement that adds both to a table."""
    template = "ALTER TABLE %(table)s ADD %(excluding)s, ADD CONSTRAINT %(name)s CHECK (%(check)s)"
    return _both(template, rule, model, editor)


def drop(rule: NoOverlap, model: type[Model], editor: Any) -> Statement:
    """Return the statement that drops both."""
    return Statement(
        "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s, DROP CONSTRAINT %(check)s",
        table=Table(model._meta.db_table, editor.quote_name),
        name=editor.quote_name(rule.name),
        check=editor.quote_name(check_name(rule.name)),
    )


def _both(template: str, rule: NoOverlap, model: type[Model], editor: Any) -> Statement:
    columns = rule.columns(model)
    if not editor.collect_sql:
        _require_extension(rule, model, columns, editor.connection)
    return Statement(
        template,
        table=Table(model._meta.db_table, editor.quote_name),
        excluding=_excluding(rule, model, columns, editor),
        name=editor.quote_name(check_name(rule.name)),
        check=_check(columns, editor.quote_name),
    )


def _excluding(rule: NoOverlap, model: type[Model], columns: OverlapColumns, editor: Any) -> Any:
    if rule.native and editor.connection.pg_version >= TEMPORAL_KEYS:
        names = ", ".join(editor.quote_name(field.column) for field in (*columns.keys, *columns.period))
        deferrable = editor._deferrable_constraint_sql(rule.deferrable)
        return f"CONSTRAINT {editor.quote_name(rule.name)} UNIQUE ({names} WITHOUT OVERLAPS){deferrable}"
    expressions: list[Any] = [(field.name, "=") for field in columns.keys]
    exclusion = ExclusionConstraint(
        name=rule.name,
        expressions=[*expressions, (columns.expression(), "&&")],
        condition=rule.condition,
        deferrable=rule.deferrable,
    )
    return exclusion.constraint_sql(model, editor)


def _check(columns: OverlapColumns, quote: Any) -> str:
    """Return the condition of a period that makes sense; it is looked at before the ranges are compared."""
    names = [quote(field.column) for field in columns.period]
    if len(names) == 2:
        comparison = "<=" if columns.bounds == "[]" else "<"
        rules = [f"{names[0]} {comparison} {names[1]}"]
        ends = names
    else:
        rules = [f"NOT isempty({names[0]})"]
        ends = [f"lower({names[0]})", f"upper({names[0]})"]
    if columns.kind not in _WITHOUT_INFINITY:
        rules += [_FINITE.format(end=end) for end in ends]
    return " AND ".join(f"({rule})" for rule in rules)


def _require_extension(rule: NoOverlap, model: type[Model], columns: OverlapColumns, connection: Any) -> None:
    if not columns.keys:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'")
        if cursor.fetchone():
            return
    keys = ", ".join(field.name for field in columns.keys)
    raise ConfigurationError(
        f"{rule.name} of {model._meta.label} compares {keys} in a GiST index, which needs the extension "
        "btree_gist, and this database has none. Put BtreeGistExtension() of "
        "django.contrib.postgres.operations before this operation in the migration, or let a superuser run: "
        "CREATE EXTENSION btree_gist"
    )
