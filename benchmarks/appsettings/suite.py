"""How long reading a setting takes: from memory, and at the first call of a request."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from timeit import repeat
from typing import Any

from django.db import connection

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings import cache
from django_schemapatterns.context import acting_as

NAMES = [f"shop.setting_{number}" for number in range(100)]


def run(options: argparse.Namespace) -> None:
    for name in NAMES:
        appsettings.set_setting(appsettings.register(name, int, default=1), 2)
    setting = appsettings.register(NAMES[-1], int, default=1)
    document = appsettings.register("shop.document", dict, default={"a": [1, 2, 3]})
    with acting_as(1):
        print("| read | time |\n| --- | --- |")
        show("get_setting(), from memory", lambda: appsettings.get_setting(NAMES[-1]), 100_000, options)
        show("Setting.get(), from memory", setting.get, 100_000, options)
        show("a document, which is copied", document.get, 10_000, options)
        show("the first of a request, among 100", first, 200, options)
        show("schemapatterns.get_setting(), by SQL", by_sql, 200, options)


def show(name: str, read: Callable[[], Any], number: int, options: argparse.Namespace) -> None:
    times = repeat(read, number=number, repeat=options.repeat)
    print(f"| {name} | {statistics.median(times) / number * 1e6:.2f} µs |")


def first() -> None:
    cache.forget()
    appsettings.get_setting(NAMES[-1])


def by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemapatterns.get_setting('shop', 'setting_99', 1)")
        cursor.fetchone()
