"""What stands in the way when the type of a column changes: taken away before, and made again after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_schemapatterns.exceptions import RuleBroken
from django_schemapatterns.schema.belongings import belongings_of
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

# The columns themselves, in their tables and in the partitions of those; without a name, all of the relation.
_COLUMNS = """
WITH RECURSIVE columns AS (
    SELECT 'pg_class'::regclass AS class, tree.relid AS attrelid, attnum
    FROM unnest(%s::text[], %s::text[]) AS wanted (relation, name)
    CROSS JOIN LATERAL (
        SELECT to_regclass(wanted.relation)::oid AS relid
        UNION SELECT relid::oid FROM pg_partition_tree(to_regclass(wanted.relation))
    ) AS tree
    CROSS JOIN LATERAL (
        SELECT attnum FROM pg_attribute
        WHERE attrelid = tree.relid AND (attname = wanted.name OR wanted.name IS NULL)
        UNION SELECT 0::int2 WHERE wanted.name IS NULL
    ) AS numbers
)
"""
_ROUTINE = """
WITH RECURSIVE columns AS (
    SELECT 'pg_proc'::regclass AS class, to_regproc(%s)::oid AS attrelid, 0 AS attnum
)
"""
_VIEWS = """, views AS (
    SELECT ev_class AS oid, 1 AS level
    FROM columns
    JOIN pg_depend ON refclassid = class AND refobjid = attrelid AND refobjsubid = attnum
    JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid AND ev_class <> attrelid
    UNION
    SELECT ev_class, level + 1
    FROM views
    JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = views.oid
    JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid AND ev_class <> views.oid
)
SELECT pg_class.oid::regclass::text, relkind = 'm', pg_get_viewdef(pg_class.oid), coalesce(reloptions, '{}')
FROM views JOIN pg_class USING (oid)
GROUP BY pg_class.oid ORDER BY max(level), 1
"""
# Those of our own schema come and go with what they belong to.
_ROUTINES = """
SELECT DISTINCT pg_proc.oid::regprocedure::text
FROM columns
JOIN pg_depend ON refclassid = class AND refobjid = attrelid AND refobjsubid = attnum AND deptype = 'n'
JOIN pg_proc ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid
WHERE pronamespace IS DISTINCT FROM to_regnamespace('schemapatterns') ORDER BY 1
"""
_TRIGGERS = """
SELECT DISTINCT quote_ident(tgname), tgrelid::regclass::text, pg_get_triggerdef(pg_trigger.oid),
       tgenabled::text, obj_description(pg_trigger.oid, 'pg_trigger')
FROM columns
JOIN pg_depend ON refclassid = class AND refobjid = attrelid AND refobjsubid = attnum
JOIN pg_trigger ON classid = 'pg_trigger'::regclass AND objid = pg_trigger.oid
WHERE NOT tgisinternal AND tgparentid = 0 AND NOT (attnum = 0 AND tgrelid = attrelid) ORDER BY 2, 1
"""
_POLICIES = """
SELECT DISTINCT quote_ident(policyname), polrelid::regclass::text, permissive, cmd,
       ARRAY(
           SELECT CASE role WHEN 'public' THEN 'PUBLIC' ELSE quote_ident(role) END FROM unnest(roles) AS role
       ),
       qual, with_check, obj_description(pg_policy.oid, 'pg_policy')
FROM columns
JOIN pg_depend ON refclassid = class AND refobjid = attrelid AND refobjsubid = attnum
JOIN pg_policy ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid
JOIN pg_class ON pg_class.oid = polrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
JOIN pg_policies ON schemaname = nspname AND tablename = relname AND policyname = polname
ORDER BY 2, 1
"""
_CHECKS = """
SELECT DISTINCT conname::text, conrelid::regclass::text, pg_get_constraintdef(pg_constraint.oid),
       obj_description(pg_constraint.oid, 'pg_constraint')
FROM columns JOIN pg_constraint ON conrelid = attrelid AND attnum = ANY (conkey)
LEFT JOIN pg_index ON indexrelid = conindid
WHERE conislocal AND conparentid = 0
  AND (contype = 'c' OR (contype = 'x' AND (indpred IS NOT NULL OR indexprs IS NOT NULL)))
ORDER BY 2, 1
"""
_INDEXES = """
SELECT DISTINCT relname::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
       obj_description(indexrelid, 'pg_class')
FROM columns
JOIN pg_depend ON refclassid = class AND refobjid = attrelid AND refobjsubid = attnum
JOIN pg_index ON classid = 'pg_class'::regclass AND objid = indexrelid
JOIN pg_class ON pg_class.oid = indexrelid
WHERE (indpred IS NOT NULL OR indexprs IS NOT NULL) AND NOT relispartition
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 2
"""
_ENABLED = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}

Columns = Sequence[tuple[str, str | None]]


@dataclass(frozen=True)
class Dependent:
    """
    Something that must go while a column gets another type.

    name: unquoted, for what Django could make itself; empty for the rest.
    """

    name: str
    drop: str
    create: tuple[str, ...]


def blocking(connection: BaseDatabaseWrapper, columns: Columns) -> list[Dependent]:
    """
    Return the views, triggers and policies that use the columns, in the order in which they can be dropped.

    columns: (quoted table or view, plain name); without a name, all of its columns.
    """
    return _blocking(connection, _COLUMNS, _parameters(columns))


def blocking_routine(connection: BaseDatabaseWrapper, name: str) -> list[Dependent]:
    """Return the views, triggers and policies that call a function, by its quoted name."""
    return _blocking(connection, _ROUTINE, [name])


def _blocking(connection: BaseDatabaseWrapper, source: str, params: list[Any]) -> list[Dependent]:
    views = [_view(connection, *row) for row in _rows(connection, source + _VIEWS, params)]
    triggers = [_trigger(*row) for row in _rows(connection, source + _TRIGGERS, params)]
    policies = [_policy(*row) for row in _rows(connection, source + _POLICIES, params)]
    return [*reversed(views), *triggers, *policies]


def refuse_losses(editor: SchemaEditor, model: type[Model], column: str | None = None) -> None:
    """Raise RuleBroken when views or functions read a table or column that is to go: they would go, too."""
    if editor.collect_sql:
        return
    options: Any = model._meta
    table = editor.quote_name(options.db_table)
    own = {each.view.replace('"', "") for each in options.constraints if hasattr(each, "view")}
    views = [row[0] for row in rows_about(editor.connection, [(table, column)], _VIEWS)]
    routines = [row[0] for row in rows_about(editor.connection, [(table, column)], _ROUTINES)]
    if lost := [*(view for view in views if view.replace('"', "") not in own), *routines]:
        what = f"column {quote(column)} of {table}" if column else f"table {table}"
        raise RuleBroken(
            f"{', '.join(lost)} would be dropped with the {what}, which they read. Change or remove these "
            "views and functions, where an app declares them, or drop them, in a migration before this one."
        )


def conditions(connection: BaseDatabaseWrapper, columns: Columns) -> list[Dependent]:
    """Return the constraints and indexes with conditions or expressions on the columns."""
    checks = [constraint_of(*row) for row in rows_about(connection, columns, _CHECKS)]
    indexes = [index_of(*row) for row in rows_about(connection, columns, _INDEXES)]
    return [*checks, *indexes]


def take_away(editor: SchemaEditor, dependents: Sequence[Dependent]) -> None:
    for dependent in dependents:
        editor.execute(dependent.drop, params=None)


def bring_back(
    editor: SchemaEditor, dependents: Sequence[Dependent], *, without: Collection[str] = ()
) -> None:
    """Make again what was taken away, but for what has one of the names."""
    for dependent in reversed(dependents):
        if not (dependent.name and dependent.name in without):
            for statement in dependent.create:
                editor.execute(statement, params=None)


def rows_about(connection: BaseDatabaseWrapper, columns: Columns, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in pg_catalog that selects from `columns (class, attrelid, attnum)`."""
    return _rows(connection, _COLUMNS + query, _parameters(columns))


def _parameters(columns: Columns) -> list[Any]:
    return [[table for table, _ in columns], [name for _, name in columns]]


def _rows(connection: BaseDatabaseWrapper, query: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def comment_on(kind: str, place: str, text: str | None) -> list[str]:
    """Return the statement that comments on something, none without a text."""
    return [f"COMMENT ON {kind} {place} IS {literal(text)}"] if text else []


def _view(
    connection: BaseDatabaseWrapper,
    name: str,
    is_materialized: bool,  # noqa: FBT001
    definition: str,
    options: list[str],
) -> Dependent:
    kind = "MATERIALIZED VIEW" if is_materialized else "VIEW"
    storage = f" WITH ({', '.join(options)})" if options else ""
    create = f"CREATE {kind} {name}{storage} AS {definition}"
    belongings = (each.statement for each in belongings_of(connection, name))
    return Dependent("", f"DROP {kind} {name}", (create, *belongings))


def _trigger(name: str, table: str, definition: str, enabled: str, text: str | None) -> Dependent:
    state = [f"ALTER TABLE {table} {_ENABLED[enabled]} TRIGGER {name}"] if enabled in _ENABLED else []
    create = [definition, *state, *comment_on("TRIGGER", f"{name} ON {table}", text)]
    return Dependent("", f"DROP TRIGGER {name} ON {table}", tuple(create))


def _policy(  # noqa: PLR0917 - a row of the query
    name: str,
    table: str,
    permissive: str,
    command: str,
    roles: list[str],
    using: str | None,
    check: str | None,
    comment: str | None,
) -> Dependent:
    clauses = f" USING ({using})" if using else ""
    clauses += f" WITH CHECK ({check})" if check else ""
    create = f"CREATE POLICY {name} ON {table} AS {permissive} FOR {command} TO {', '.join(roles)}{clauses}"
    create_all = (create, *comment_on("POLICY", f"{name} ON {table}", comment))
    return Dependent("", f"DROP POLICY {name} ON {table}", create_all)


def constraint_of(name: str, table: str, definition: str, text: str | None) -> Dependent:
    """Return a constraint of a table, from a row of the query."""
    create = [
        f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}",
        *comment_on("CONSTRAINT", f"{quote(name)} ON {table}", text),
    ]
    return Dependent(name, f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}", tuple(create))


def index_of(name: str, qualified: str, definition: str, text: str | None) -> Dependent:
    """Return an index, from a row of the query."""
    return Dependent(name, f"DROP INDEX {qualified}", (definition, *comment_on("INDEX", qualified, text)))
