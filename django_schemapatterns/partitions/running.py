"""Statements that must wait for others as little as possible: locks with a limit, and more than one try."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db import DatabaseError, connections, transaction
from psycopg import errors

BUSY: Final = (errors.LockNotAvailable, errors.DeadlockDetected, errors.ObjectInUse)
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """
    How long to wait for others, who wait for us meanwhile.

    lock_timeout: seconds to wait for a lock.  tries: how often.  pause: seconds before the second try; each
    further pause is twice as long, give or take a third.
    """

    lock_timeout: float = 2.0
    tries: int = 5
    pause: float = 1.0

    @property
    def milliseconds(self) -> str:
        return f"{int(self.lock_timeout * 1000)}ms"

    def run(self, action: Callable[[], _Result]) -> _Result:
        """Do something again for as long as a lock is not to be had."""
        for attempt in range(self.tries):
            try:
                return action()
            except DatabaseError as error:
                if not isinstance(error.__cause__, BUSY) or attempt == self.tries - 1:
                    raise
            time.sleep(self.pause * 2**attempt * random.uniform(0.67, 1.33))  # noqa: S311 - no secret
        raise AssertionError


@contextmanager
def short_transaction(using: str, patience: Patience) -> Iterator[Any]:
    """Give a cursor in a transaction that waits for no lock longer than that."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [patience.milliseconds])
        yield cursor


@contextmanager
def outside_transaction(using: str, patience: Patience) -> Iterator[Any]:
    """Give a cursor for statements that can not run in a transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{patience.milliseconds}'")
        try:
            yield cursor
        finally:
            if connections[using].connection and not connections[using].connection.closed:
                cursor.execute("RESET lock_timeout")


@contextmanager
def alone(oid: int, using: str) -> Iterator[bool]:
    """
    Tell whether no other run is at work on the table of that oid, and keep others out meanwhile.

    The lock is the session's, and ends with it, also when that is killed. In a transaction it is the
    transaction's: two locks of one session do not hinder each other.
    """
    key = "hashtextextended('schemapatterns.maintenance', %s)"
    in_transaction = connections[using].in_atomic_block
    lock = "pg_try_advisory_xact_lock" if in_transaction else "pg_try_advisory_lock"
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {lock}({key})", [oid])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got and not in_transaction and connections[using].is_usable():
            with connections[using].cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({key})", [oid])
