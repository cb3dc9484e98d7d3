"""Checks that the database hides what the models say: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.db import router

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity import catalog
from django_schemapatterns.rowsecurity.operations import ON
from django_schemapatterns.rowsecurity.registry import row_security_of
from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.hidden_rows import bound_tables
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.policies import Policy

# An immutable function without arguments has one answer for ever, in plans that are kept: somebody else's.
_FUNCTIONS = """
SELECT DISTINCT polrelid::regclass::text, polname::text, pg_proc.oid::regprocedure::text, provolatile = 'i'
FROM pg_policy
JOIN pg_depend ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid
JOIN pg_proc ON pg_proc.oid = refobjid AND refclassid = 'pg_proc'::regclass
WHERE provolatile = 'v' OR (provolatile = 'i' AND pronargs = 0) ORDER BY 1, 2
"""


def check_row_security_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare declarations and catalog; until migrations have run, they can not agree."""
    return [message for connection in migrated(databases) for message in check_connection(connection)]


def check_connection(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """Find what is not as the code of today says."""
    models = {
        quote(model._meta.db_table): model
        for model in apps.get_models(include_auto_created=True)
        if row_security_of(model) and router.allow_migrate_model(connection.alias, model)
    }
    unknown: list[str] = []
    for name, table in catalog.tables(connection, models).items():
        yield from _check_table(connection, models[name], table, unknown)
    if unknown:
        yield checks.Warning(
            f"Whether policies are those of today's code is unknown of {', '.join(unknown)}.",
            hint="They are compared by a temporary table, which the role of the connection may not make. Run "
            "the check as the role that runs migrations.",
            id="schemapatterns.W426",
        )
    yield from _check_functions(connection)
    yield from _check_migrating(connection)


def _check_table(
    connection: BaseDatabaseWrapper, model: type[Model], table: catalog.TableRow, unknown: list[str]
) -> Iterator[CheckMessage]:
    yield from _check_switches(model, table)
    declaration: Any = row_security_of(model)
    try:
        expected = declaration.policies(model, connection.schema_editor(collect_sql=True))
    except ConfigurationError:
        return  # check_row_security() tells
    missing = catalog.missing_roles(connection, [role for policy in expected for role in policy.roles])
    if missing:
        text = f"is for roles that do not exist: {', '.join(missing)}"
        yield _error(model, text, f"CREATE ROLE {quote(missing[0])} NOLOGIN", "schemapatterns.E425")
        return
    wanted = catalog.as_postgresql_writes(connection, table.name, expected)
    if wanted is None:
        unknown.append(model._meta.label)
    yield from _check_policies(model, table, expected, wanted)


def _check_switches(model: type[Model], table: catalog.TableRow) -> Iterator[CheckMessage]:
    on = ON.format(table=table.name)
    if not table.enabled:
        yield _error(
            model, "is off: its policies do nothing, and every row is shown", on, "schemapatterns.E420"
        )
    elif not table.forced:
        yield _error(
            model, "does not bind the owner of the table: it is not forced", on, "schemapatterns.E421"
        )
    if table.open_partitions:
        names = ", ".join(table.open_partitions)
        repair = f"SELECT schemapatterns.protect_partitions({literal(table.name)})"
        yield _error(
            model, f"can be passed by reading partitions directly: {names}", repair, "schemapatterns.E424"
        )


def _check_policies(
    model: type[Model],
    table: catalog.TableRow,
    expected: list[Policy],
    wanted: dict[str, catalog.PolicyRow] | None,
) -> Iterator[CheckMessage]:
    by_name = {policy.name: policy for policy in expected}
    for name, policy in by_name.items():
        present = table.policies.get(name)
        if present is None:
            yield _error(
                model, f"lacks the policy {name}", policy.create(table.name)[0], "schemapatterns.E422"
            )
        elif wanted is not None and present != wanted[name]:
            repair = f"{policy.drop(table.name)}; {policy.create(table.name)[0]}"
            yield _error(model, f"has another policy {name} than today's code", repair, "schemapatterns.E422")
    for name in sorted(table.policies.keys() - by_name.keys()):
        yield checks.Warning(
            f"{model._meta.label}: the policy {name} on {table.name} comes from no declaration.",
            hint="Declare what it allows in RowSecurity, and drop it: "
            f"DROP POLICY {quote(name)} ON {table.name}.",
            obj=model,
            id="schemapatterns.W423",
        )


def _check_functions(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        found = cursor.fetchall()
    for table, policy, function, is_kept in found:
        what = (
            "immutable: its answer is kept, and may be another user's"
            if is_kept
            else "volatile: for every row again"
        )
        yield checks.Warning(
            f"The policy {policy} on {table} calls {function}, which is {what}.",
            hint=f"If it changes nothing, say so: ALTER FUNCTION {function} STABLE.",
            id="schemapatterns.W427",
        )


def _check_migrating(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    hiding = [table for table, is_shown in bound_tables(connection).items() if not is_shown]
    if hiding:
        yield checks.Warning(
            f"{connection.alias!r} owns {', '.join(hiding)} and is not shown all rows: RunPython and RunSQL "
            "miss what their policies hide.",
            hint="Let the login that migrates be in the groups owner and admin, and name admin in `bypass`.",
            id="schemapatterns.W428",
        )


def _error(model: type[Model], text: str, repair: str, code: str) -> CheckMessage:
    hint = f"Let the owner of the table run: {repair}"
    return checks.Error(f"{model._meta.label}: row security {text}.", hint=hint, obj=model, id=code)
