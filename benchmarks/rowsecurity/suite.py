"""What policies and the context cost: one user's rows among many, by ours, by packages and by other forms."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from copy import deepcopy
from typing import Any

from django.db import connection, connections

from benchmarks.rounds import Results, Sample, play
from benchmarks.rowsecurity.models import PLAIN, Contender, contenders
from django_schemapatterns.context import protect_reads

USER = 4711
PER_USER = 50
TABLE = "rowbench_order"
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
    $$SELECT nullif(current_setting('app.current_user_id', true), '')::bigint$$
"""
COPY = """
DROP TABLE IF EXISTS {table};
CREATE TABLE {table} (LIKE rowbench_order INCLUDING ALL);
INSERT INTO {table} SELECT * FROM rowbench_order
"""

OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "count one user's": lambda orders: orders.count(),
    "list one user's 20 newest": lambda orders: list(orders.order_by("-created_at")[:20]),
    "one row by its key": lambda orders: orders.get(pk=USER - 1),
    "say who acts, one row by its key": lambda orders: orders.get(pk=USER - 1),
}
ANEW = {"say who acts, one row by its key"}  # as a request does, and not only its queries


def run(options: argparse.Namespace) -> None:
    chosen = [
        each
        for each in contenders()
        if each is PLAIN or not options.contenders or each.name in options.contenders.split(",")
    ]
    prepare(options.rows, chosen)
    protect_reads([TABLE])  # as those of an installed model are
    by_name = {each.name: each for each in chosen}
    with ExitStack() as stack:
        for each in chosen:
            alias(each)
            stack.callback(connections[each.name].close)
        wanted = [name for name in OPERATIONS if not options.only or name in options.only.split(",")]
        results = play(
            [(name, list(by_name)) for name in wanted],
            options.repeat,
            lambda operation, name: measure(operation, by_name[name]),
        )
    report(results, wanted, list(by_name), options)


def prepare(rows: int, chosen: list[Contender]) -> None:
    roles = list({each.role: each for each in chosen}.values())
    with connection.cursor() as cursor:
        cursor.execute(TABLES.format(rows=rows, users=max(rows // PER_USER, USER)))
        for table in {each.model._meta.db_table for each in chosen} - {TABLE}:
            cursor.execute(COPY.format(table=table))
        for each in roles:
            passes = "BYPASSRLS" if each is PLAIN else ""
            cursor.execute(f"DROP ROLE IF EXISTS {each.role}")
            cursor.execute(f"CREATE ROLE {each.role} LOGIN PASSWORD 'rowbench' {passes}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public, schemapatterns TO {each.role}")
            cursor.execute(f"GRANT SELECT ON {each.model._meta.db_table}, rowbench_user TO {each.role}")
        cursor.execute("VACUUM (ANALYZE)")
    for each in roles:
        if each.protect:
            each.protect(each.role)


def alias(contender: Contender) -> None:
    settings = deepcopy(connection.settings_dict) | {"USER": contender.role, "PASSWORD": "rowbench"}
    connections.databases[contender.name] = settings
    if contender.told:
        with connections[contender.name].cursor() as cursor:
            cursor.execute("SELECT set_config('app.current_user_id', %s, false)", [str(USER)])


@contextmanager
def by_default(contender: Contender) -> Iterator[None]:
    """Let the contender's connection be the default one, as some packages know no other."""
    before = connections["default"]
    connections["default"] = connections[contender.name]
    try:
        yield
    finally:
        connections["default"] = before


def measure(operation: str, contender: Contender) -> Sample:
    act, times = OPERATIONS[operation], []
    always, each_time = contender.acting, lambda user: nullcontext()
    if operation in ANEW:
        always, each_time = each_time, always
    with contender.around(), by_default(contender), always(USER):
        for _ in range(31):
            start = time.perf_counter()
            with each_time(USER):
                act(orders_of(contender))
            times.append((time.perf_counter() - start) * 1000)
            if sum(times) > 2000:
                break
    return Sample(statistics.median(times[1:] or times))


def orders_of(contender: Contender) -> Any:
    orders = getattr(contender.model, contender.manager).all()
    return orders.filter(user_id=USER) if contender is PLAIN else orders


def report(results: Results, operations: list[str], names: list[str], options: argparse.Namespace) -> None:
    print(
        f"\n{options.rows:,} orders, {PER_USER} of the user, {options.repeat} rounds; ms, and times the first"
    )
    print(f"| | {' | '.join(operations)} |\n| --- |{' --- |' * len(operations)}")
    for name in names:
        cells = []
        for operation in operations:
            ratio = statistics.median(results.ratios(operation, name, PLAIN.name))
            cells.append(f"{results.ms(operation, name):.2f} ({ratio:.2f} x)")
        print(f"| {name} | {' | '.join(cells)} |")
