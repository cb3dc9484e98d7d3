"""Checks that the database holds what the code says: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections, router

from django_schemapatterns.audit.capture import CompiledAuditTrigger
from django_schemapatterns.audit.install import is_installed
from django_schemapatterns.audit.objects import AuditTrigger, audited_models
from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.functions import declared, split_name
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

RENEW = "`manage.py migrate` installs what migrations hold, `manage.py pgtrigger install` what models say."


def check_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Compare code and catalog: warnings, not errors, since `migrate` puts them right and checks first."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases):
        if is_installed(connection):
            messages += [*_check_functions(connection), *check_tables(connection, audited_models())]
    return messages


def check_role(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find out whether the role that Django connects with may write the log (`check --deploy`)."""
    return [
        checks.Warning(
            f"The role that Django connects to {alias!r} with may write the audit log.",
            hint="Let the owner of the tables run migrations, and the application connect as a role that may "
            "only SELECT from schemapatterns.audit_log; the triggers write the log for it.",
            id="schemapatterns.W115",
        )
        for alias in databases or ()
        if connections[alias].vendor == "postgresql"
        and is_installed(connections[alias])
        and _may_write(connections[alias])
    ]


def _may_write(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('schemapatterns.audit_log', 'INSERT, UPDATE, DELETE, TRUNCATE')"
        )
        return bool(cursor.fetchone()[0])


def _check_functions(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    present = catalog.functions(connection)
    for _, file in declared():
        name, version = split_name(file)
        if name in present and not present[name].endswith(f"version {version}"):
            yield checks.Warning(
                f"The function schemapatterns.{name} in {connection.alias!r} is not version {version}: "
                f"{present[name] or 'it bears no version'}.",
                hint="Run `manage.py migrate schemapatterns`.",
                id="schemapatterns.W114",
            )


def check_tables(connection: BaseDatabaseWrapper, models: Iterable[type[Model]]) -> Iterator[CheckMessage]:
    """Find triggers and columns that are not as the code of today says."""
    named = {
        quote(model._meta.db_table): model
        for model in models
        if router.allow_migrate_model(connection.alias, model)
    }
    tables = catalog.tables(connection, list(named))
    triggers = catalog.triggers(connection, list(tables))
    for name, table in tables.items():
        model = named[name]
        if not table.has_primary_key:
            yield _no_primary_key(model)
        own = {row.name: row for row in triggers if row.table == name and not row.on_partition}
        for compiled in compiled_triggers(model):
            yield from _check_trigger(model, compiled, own.get(compiled.pgid))
            yield from _check_columns(model, compiled, table)
        yield from _check_partitions(connection, model, [row for row in triggers if row.table == name])


def compiled_triggers(model: type[Model]) -> list[CompiledAuditTrigger]:
    """Return the audit triggers of a model as the code of today makes them."""
    carriers = [model, *(proxy for proxy in model.__subclasses__() if proxy._meta.proxy)]
    return [
        trigger.compile(carrier)
        for carrier in carriers
        for trigger in getattr(carrier._meta, "triggers", [])
        if isinstance(trigger, AuditTrigger)
    ]


def _no_primary_key(model: type[Model]) -> CheckMessage:
    return checks.Warning(
        f"{model._meta.db_table}, the table of the audited {model._meta.label}, has no primary key: "
        f"the log can not tell its rows apart if two share {model._meta.pk.name!r}.",
        hint="Give the table a primary key.",
        obj=model,
        id="schemapatterns.W110",
    )


def _check_trigger(
    model: type[Model], compiled: CompiledAuditTrigger, row: catalog.TriggerRow | None
) -> Iterator[CheckMessage]:
    problem = None
    if row is None:
        problem = ("is missing: its changes are not audited", "schemapatterns.W111")
    elif row.enabled == "D":
        problem = ("is disabled: its changes are not audited", "schemapatterns.W112")
    elif row.comment != compiled.hash:
        problem = ("is not the one of today's code", "schemapatterns.W113")
    if problem:
        text, id_ = problem
        hint = f"`manage.py pgtrigger enable` enables it. {RENEW}" if "disabled" in text else RENEW
        yield checks.Warning(
            f"{model._meta.label}: the trigger {compiled.name} {text}.", hint=hint, obj=model, id=id_
        )


def _check_columns(
    model: type[Model], compiled: CompiledAuditTrigger, table: catalog.TableRow
) -> Iterator[CheckMessage]:
    """Find columns that were added or dropped behind Django's back; writes go on, but the log lacks them."""
    if compiled.action != "update":
        return
    known, present = {*compiled.columns, *compiled.exclude}, set(table.columns)
    if known == present:
        return
    parts = [("lacks", sorted(known - present)), ("also has", sorted(present - known))]
    text = " and ".join(f"{verb} {', '.join(names)}" for verb, names in parts if names)
    yield checks.Warning(
        f"{model._meta.label}: the audit's triggers are stale, since the table {table.name} {text}.",
        hint="Bring model and table together with a migration; it renews the triggers.",
        obj=model,
        id="schemapatterns.W113",
    )


def _check_partitions(
    connection: BaseDatabaseWrapper, model: type[Model], rows: list[catalog.TriggerRow]
) -> Iterator[CheckMessage]:
    wanted = {
        row.name.replace("pgtrigger_", "partition_", 1)
        for row in rows
        if row.name.startswith("pgtrigger_audit_")
    }
    for partition in catalog.partitions(connection, quote(model._meta.db_table)):
        present = {row.name for row in rows if row.relation == partition and row.enabled != "D"}
        if wanted - present:
            yield checks.Warning(
                f"{model._meta.label}: writes that name the partition {partition} are not audited.",
                hint="`manage.py migrate` gives partitions the triggers of their table.",
                obj=model,
                id="schemapatterns.W116",
            )
