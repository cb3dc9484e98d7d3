"""What policies and the context cost: one user's rows among many, by policies of different forms."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

from django.db import connection, connections, models
from django.db.models import Q

from benchmarks.rounds import Results, Sample, play
from benchmarks.rowsecurity.signed import signed_contexts
from django_schemapatterns.constraints import Allow, RowSecurity
from django_schemapatterns.context import acting_as, current, protect_reads

USER = 4711
PER_USER = 50
PLAIN, OURS = "WHERE in the query", "RowSecurity and who acts"
SIGNED = "RowSecurity and signed contexts"
TOLD = "nullif(current_setting('app.current_user_id', true), '')"
# Told once for the session, which is cheaper and leaks; compared is the form of the policy.
FORMS = {
    "bare setting": f"user_id = {TOLD}::bigint",
    "wrapped setting (django-rls)": f"user_id = (SELECT {TOLD}::bigint)",
    "flag or owner (django-rls-tenants)": "CASE WHEN current_setting('app.is_admin', true) = 'true' "
    f"THEN true ELSE user_id = {TOLD}::bigint END",
    "member, by IN": f"user_id IN (SELECT u.id FROM rowbench_user AS u WHERE u.id = {TOLD}::bigint)",
    "volatile function": "user_id = rowbench_volatile()",
}
TABLES = """
DROP TABLE IF EXISTS rowbench_order, rowbench_user;
CREATE TABLE rowbench_user (id bigint PRIMARY KEY);
CREATE TABLE rowbench_order (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    total numeric(10, 2) NOT NULL,
    created_at timestamptz NOT NULL
);
INSERT INTO rowbench_user SELECT generate_series(1, {users});
INSERT INTO rowbench_order
SELECT n, 1 + n % {users}, n % 500, '2026-01-01'::timestamptz + n * interval '1 second'
FROM generate_series(1, {rows}) AS n;
CREATE INDEX rowbench_order_user_idx ON rowbench_order (user_id, created_at DESC);
CREATE OR REPLACE FUNCTION rowbench_volatile() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER AS
    $$SELECT nullif(current_setting('app.current_user_id', true), '')::bigint$$;
ANALYZE rowbench_order; ANALYZE rowbench_user
"""


class Order(models.Model):
    user_id = models.BigIntegerField()
    total = models.DecimalField(max_digits=10, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        managed = False
        app_label = "rowbench"
        db_table = "rowbench_order"

    def __str__(self) -> str:
        return str(self.pk)


OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "count one user's": lambda orders: orders.count(),
    "list one user's 20 newest": lambda orders: list(orders.order_by("-created_at")[:20]),
    "one row by its key": lambda orders: orders.get(pk=USER - 1),
}


def run(options: argparse.Namespace) -> None:
    roles = {PLAIN: "rowbench_plain", OURS: "rowbench_ours", SIGNED: "rowbench_signed"}
    roles |= {form: f"rowbench_{number}" for number, form in enumerate(FORMS)}
    if options.contenders:
        roles = {
            name: role
            for name, role in roles.items()
            if name in options.contenders.split(",") or name == PLAIN
        }
    prepare(options.rows, roles)
    protect_reads(["rowbench_order"])  # as those of an installed model are
    with ExitStack() as stack:
        for name, role in roles.items():
            alias(name, role)
            stack.callback(connections[name].close)
        wanted = [name for name in OPERATIONS if not options.only or name in options.only.split(",")]
        results = play([(name, list(roles)) for name in wanted], options.repeat, measure)
    report(results, wanted, list(roles), options)


def prepare(rows: int, roles: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES.format(rows=rows, users=max(rows // PER_USER, USER)))
        for name, role in roles.items():
            cursor.execute(f"DROP ROLE IF EXISTS {role}")
            cursor.execute(
                f"CREATE ROLE {role} LOGIN PASSWORD 'rowbench' {'BYPASSRLS' if name == PLAIN else ''}"
            )
            cursor.execute(f"GRANT USAGE ON SCHEMA public, schemapatterns TO {role}")
            cursor.execute(f"GRANT SELECT ON rowbench_order, rowbench_user TO {role}")
        for name, form in FORMS.items():
            if name not in roles:
                continue
            cursor.execute(f"CREATE POLICY {roles[name]} ON rowbench_order TO {roles[name]} USING ({form})")
    told = [role for name, role in roles.items() if name in {OURS, SIGNED}]
    own = Allow("own", when=Q(user_id=current.user_id), to=told)
    with connection.schema_editor() as editor:
        editor.execute(RowSecurity(own, name="rowbench").create_sql(Order, editor), params=None)


def alias(name: str, role: str) -> None:
    settings = deepcopy(connection.settings_dict) | {"USER": role, "PASSWORD": "rowbench"}
    connections.databases[name] = settings
    if name in FORMS:
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT set_config('app.current_user_id', %s, false)", [str(USER)])


def measure(operation: str, contender: str) -> Sample:
    orders = Order.objects.using(contender)
    if contender == PLAIN:
        orders = orders.filter(user_id=USER)
    act, times = OPERATIONS[operation], []
    with ExitStack() as stack:
        if contender == SIGNED:
            stack.enter_context(signed_contexts())
        if contender in {OURS, SIGNED}:
            stack.enter_context(acting_as(USER))
        act(orders)
        for _ in range(30):
            start = time.perf_counter()
            act(orders)
            times.append((time.perf_counter() - start) * 1000)
            if sum(times) > 2000:
                break
    return Sample(statistics.median(times))


def report(
    results: Results, operations: list[str], contenders: list[str], options: argparse.Namespace
) -> None:
    print(
        f"\n{options.rows:,} orders, {PER_USER} of the user, {options.repeat} rounds; ms, and times the first"
    )
    print(f"| | {' | '.join(operations)} |\n| --- |{' --- |' * len(operations)}")
    for contender in contenders:
        cells = []
        for operation in operations:
            ratio = statistics.median(results.ratios(operation, contender, PLAIN))
            cells.append(f"{results.ms(operation, contender):.2f} ({ratio:.2f} x)")
        print(f"| {contender} | {' | '.join(cells)} |")
