"""
Tests of row security: act as somebody, with no more rights than the application has, and assert what is seen.

    with as_user(alice):
        assert Order.objects.count() == 2

    assert_sees_exactly(Order, [first, second], user=alice)
    assert_isolated(Order, alice, bob)

Tests usually connect as a superuser or an owner, whom no policy binds; these act by the role `readwrite` of
SCHEMAPATTERNS["ROLES"] instead. The roles need their grants in the test database: the fixture
`application_role` sees to that, or `apply_roles()`, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.pq import TransactionStatus

from django_schemapatterns.context import acting_as
from django_schemapatterns.roles.apply import apply_plan
from django_schemapatterns.roles.proofs.actors import Actor
from django_schemapatterns.roles.proofs.tables import protected_tables
from django_schemapatterns.roles.proofs.trials import Trials
from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.roles import role_name, role_set

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

_BINDS = """
SELECT rolsuper OR rolbypassrls, (
    SELECT coalesce(bool_or(has_table_privilege(pg_roles.oid, pg_class.oid, 'SELECT')), true)
    FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p') AND NOT relispartition
) FROM pg_roles WHERE rolname = %s
"""


def apply_roles(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the roles and grants of SCHEMAPATTERNS["ROLES"] in a test database, as `dbroles apply` would."""
    apply_plan(connections[using], role_set())


@contextmanager
def as_role(role: str = "readwrite", *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """
    Have the rights of a role and no others, for the time of a block.

        with as_role("readonly"), pytest.raises(ProgrammingError):
            Order.objects.update(total=0)

    role: what SCHEMAPATTERNS["ROLES"] calls it, or its name.
    Raises AssertionError if no policy would bind the role, or if it was granted nothing yet.
    """
    name = role_name(role)
    _require_bound(name, using)
    before = _ask("SELECT current_setting('role')", using)
    _set_role(quote(name), using)
    try:
        yield
    finally:
        _set_role("NONE" if before == "none" else quote(before), using)


@contextmanager
def unrestricted(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """
    Have the rights of the login again, to make rows for a test that runs as the application's role.

        with unrestricted():
            order = Order.objects.create(user=bob)
    """
    before = _ask("SELECT current_setting('role')", using)
    _set_role("NONE", using)
    try:
        yield
    finally:
        _set_role("NONE" if before == "none" else quote(before), using)


@contextmanager
def as_user(
    user: Any, *, tenant: Any = None, role: str = "readwrite", using: str = DEFAULT_DB_ALIAS, **data: object
) -> Iterator[None]:
    """
    Act as a user, with the rights of a role.

        with as_user(alice, tenant=north):
            assert not Order.objects.filter(user=bob).exists()

    user: a user or the key of one.  data: what else acting_as() takes, such as claims.
    """
    with as_role(role, using=using), acting_as(user=user, tenant=tenant, **data):
        yield


@contextmanager
def as_tenant(
    tenant: Any, *, role: str = "readwrite", using: str = DEFAULT_DB_ALIAS, **data: object
) -> Iterator[None]:
    """
    Act for a tenant, with the rights of a role.

        with as_tenant(north):
            assert Invoice.objects.count() == 3
    """
    with as_role(role, using=using), acting_as(tenant=tenant, **data):
        yield


def assert_sees_exactly(
    rows: type[Model] | QuerySet[Any],
    expected: Iterable[Any],
    *,
    user: Any = None,
    tenant: Any = None,
    role: str = "readwrite",
    using: str = DEFAULT_DB_ALIAS,
    **data: object,
) -> None:
    """
    Assert that somebody sees these rows and no others.

        assert_sees_exactly(Order, [first, second], user=alice)

    rows: a model, or a queryset of it.  expected: instances, or primary keys.
    """
    queryset: Any = rows._base_manager.all() if isinstance(rows, type) else rows
    with as_user(user, tenant=tenant, role=role, using=using, **data):
        seen = set(queryset.using(using).values_list("pk", flat=True))
    wanted = {getattr(each, "pk", each) for each in expected}
    parts = [("does not see", wanted - seen), ("also sees", seen - wanted)]
    said = " and ".join(f"{verb} {_some(keys)}" for verb, keys in parts if keys)
    assert seen == wanted, (
        f"{Actor(user=_text(user), tenant=_text(tenant))} {said} of {queryset.model._meta.label}."
    )


def assert_isolated(
    model: type[Model],
    one: Any,
    other: Any,
    *,
    by: str = "user",
    role: str = "readwrite",
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """
    Assert that each of two sees rows of a model, and can neither see nor change nor take the other's.

        assert_isolated(Order, alice, bob)
        assert_isolated(Invoice, north, south, by="tenant")

    by: "user" or "tenant".  Everything is tried in the database, and rolled back.
    """
    connection = connections[using]
    with as_role(role, using=using):
        found = protected_tables(connection, {quote(model._meta.db_table): model._meta.label})
        table = next((each for each in found if each.label == model._meta.label), None)
        assert table is not None, f"There is no table of {model._meta.label} in {using!r}."
        assert table.enabled, f"{model._meta.label} has no row security."
        assert table.active, f"No policy of {model._meta.label} is asked for {role_name(role)}."
        keys = [_text(each) for each in (one, other)]
        for mine, theirs in (keys, keys[::-1]):
            actors = [Actor(user=key) if by == "user" else Actor(tenant=key) for key in (mine, theirs)]
            _assert_isolated(Trials(connection, table, *actors))


def _assert_isolated(trials: Trials) -> None:
    for actor in (trials.one, trials.other):
        assert trials.keys_of(actor), f"{actor} sees no row of {trials.table.label}: make one for this test."
    failed = [each for each in trials.all() if each.status == "failed"]
    assert not failed, "\n".join(f"{each.table}, {each.trial}: {each.detail}" for each in failed)


def _require_bound(name: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(_BINDS, [name])
        row = cursor.fetchone()
    assert row, f"There is no role {name}: use the fixture `application_role`, or call apply_roles() once."
    assert not row[0], f"No policy binds {name}, which is a superuser or has BYPASSRLS."
    assert row[1], (
        f"{name} was granted nothing here: use the fixture `application_role`, or call apply_roles()."
    )


def _set_role(name: str, using: str) -> None:
    connection = connections[using]
    raw = connection.connection
    if raw is not None and raw.info.transaction_status == TransactionStatus.INERROR:
        return  # the rollback to come takes the role back, too
    local = "LOCAL " if connection.in_atomic_block else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SET {local}ROLE {name}")


def _ask(query: str, using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def _text(value: Any) -> str | None:
    return None if value is None else str(getattr(value, "pk", value))


def _some(keys: Iterable[Any]) -> str:
    texts = sorted(map(str, keys))
    return ", ".join(texts[:10]) + (f" and {len(texts) - 10} more" if len(texts) > 10 else "")


@contextmanager
def running_as_application(role: str = "readwrite", *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """
    Let a whole test run as the application's role, and with it the threads that it starts.

    Within a test's transaction that is as_role(); without one, connections opened from now on set the role.
    """
    if connections[using].in_atomic_block:
        with as_role(role, using=using):
            yield
        return
    name = role_name(role)
    _require_bound(name, using)
    with ExitStack() as stack:
        for options in _options(using):
            stack.callback(options.update, {"assume_role": options.get("assume_role")})
            options["assume_role"] = name
        connections[using].close()
        stack.callback(connections[using].close)
        yield


def _options(using: str) -> Iterator[dict[str, Any]]:
    """Return the options of this thread's connection, and those that other threads copy theirs from."""
    found: dict[int, dict[str, Any]] = {}
    for settings in (connections[using].settings_dict, connections.settings[using]):
        options = settings.setdefault("OPTIONS", {})
        found[id(options)] = options
    yield from found.values()
