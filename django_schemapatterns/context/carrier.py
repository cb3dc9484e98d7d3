"""
The carrier: it tells a transaction who acts, in the same round trip as the statement that has to know.

One execute wrapper sits on every PostgreSQL connection. In front of a statement that may write, or read
what row security protects, it puts `SELECT set_config(…, true)`, whose effect ends with the transaction;
nothing is ever set for the session. So persistent connections, pools, PgBouncer, threads and tasks cannot
hand one user's name on to another.

Memory is never trusted with those: a savepoint that is rolled back takes the settings with it. What the
open transaction was told last is remembered for two things only: to tell its other reads once, and to take it
back when the context has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from django.db import (
    DEFAULT_DB_ALIAS,
    DataError,
    InternalError,
    NotSupportedError,
    ProgrammingError,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import ClientCursor, ServerCursor
from psycopg.errors import InvalidTransactionTermination
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable

from django_schemapatterns.context.errors import raise_named
from django_schemapatterns.context.protected import reads_protected
from django_schemapatterns.context.scope import get
from django_schemapatterns.context.sql import NOBODY_ACTS, Kind, Telling, kind_of, telling_of
from django_schemapatterns.context.values import Context
from django_schemapatterns.exceptions import TransactionRequired

Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]

UNSURE = Telling((), "")  # the open transaction was told, but what it holds now is anybody's guess


class Carrier:
    """The execute wrapper of one connection."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._told: Telling | None = None

    def __call__(self, execute: Execute, sql: Any, params: Any, many: Any, context: dict[str, Any]) -> Any:
        try:
            return self._carry(execute, sql, params, many, context)
        except (ProgrammingError, DataError) as error:
            raise_named(error)
            raise

    def _carry(self, execute: Execute, sql: Any, params: Any, many: Any, context: dict[str, Any]) -> Any:
        acting = get()
        if acting is None and self._told is None:
            return execute(sql, params, many, context)
        cursor = context["cursor"].cursor
        text = _text(sql, cursor)
        kind = self._kind_of(text)
        telling = self._telling(acting or Context(), kind, cursor)
        if telling is None:
            return execute(sql, params, many, context)
        self._told = UNSURE
        try:
            if many or text is None or not isinstance(cursor, ClientCursor):
                result = self._tell_before(telling, partial(execute, sql, params, many, context))
            else:
                together = _together(telling.signed(self._backend), sql, text)
                result = execute(together, params, many, context)
                cursor.nextset()
        except InternalError as error:
            # A procedure that commits must run alone. Its first COMMIT failed, so nothing of it was done yet.
            if self._in_transaction or not isinstance(error.__cause__, InvalidTransactionTermination):
                raise
            return execute(sql, params, many, context)
        # RESET and DISCARD take back what was told.
        self._told = (UNSURE if kind is Kind.OTHER else telling) if self._in_transaction else None
        return result

    def bind(self) -> None:
        """Tell the open transaction who acts, for statements that do not pass here."""
        self._connection.ensure_connection()
        if not self._in_transaction:
            raise TransactionRequired(
                "bind() tells the open transaction who acts, and none is open. "
                f"Call it within transaction.atomic(using={self._connection.alias!r})."
            )
        telling = telling_of(get() or Context())
        with self._connection.wrap_database_errors:
            self._connection.connection.execute(telling.signed(self._backend), prepare=False)
        self._told = telling

    def _kind_of(self, text: str | None) -> Kind:
        status = self._connection.connection.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            self._told = None
        return _kind(status, text)

    def _telling(self, acting: Context, kind: Kind, cursor: Any) -> Telling | None:
        """Say what the transaction has to be told first, if anything."""
        if isinstance(cursor, ServerCursor) and kind is not Kind.PROTECTED_READ:
            return None
        if kind is Kind.CONTROL or (kind is Kind.OTHER and self._told is None):
            self._told = None if self._told is None else UNSURE
            return None
        if kind is Kind.READ and not (self._in_transaction and acting.is_known):
            return None
        telling = telling_of(acting)
        if telling == (self._told or NOBODY_ACTS) and (kind is Kind.READ or self._told is None):
            return None
        return telling

    def _tell_before(self, telling: Telling, execute: Callable[[], Any]) -> Any:
        raw = self._connection.connection
        transaction = nullcontext() if self._in_transaction else raw.transaction()
        with self._connection.wrap_database_errors, transaction:
            raw.execute(telling.signed(self._backend), prepare=False)
            return execute()

    @property
    def _backend(self) -> int:
        return int(self._connection.connection.pgconn.backend_pid)

    @property
    def _in_transaction(self) -> bool:
        raw = self._connection.connection
        return not raw.autocommit or raw.pgconn.transaction_status == TransactionStatus.INTRANS


def _kind(status: int, text: str | None) -> Kind:
    if status not in {TransactionStatus.IDLE, TransactionStatus.INTRANS}:
        return Kind.CONTROL
    kind = Kind.WRITE if text is None else kind_of(text)
    protected = kind is Kind.READ and text is not None and reads_protected(text)
    return Kind.PROTECTED_READ if protected else kind


def _text(sql: Any, cursor: Any) -> str | None:
    if isinstance(sql, bytes):
        return sql.decode("utf-8", "replace")
    if isinstance(sql, Composable):
        return sql.as_string(cursor)
    return sql if isinstance(sql, str) else None


def _together(telling: str, sql: Any, text: str) -> str | bytes:
    if isinstance(sql, bytes):
        return telling.encode() + b"; " + sql
    return f"{telling}; {text}"


def attach(connection: BaseDatabaseWrapper) -> Carrier | None:
    """Put a carrier on a PostgreSQL connection that has none, and give the one that it has."""
    if connection.vendor != "postgresql":
        return None
    for wrapper in connection.execute_wrappers:
        if isinstance(wrapper, Carrier):
            return wrapper
    carrier = Carrier(connection)
    connection.execute_wrappers.append(carrier)
    return carrier


def install() -> None:
    """Put a carrier on every PostgreSQL connection, those open already and those to come, once each."""
    connection_created.connect(_on_connection, dispatch_uid="schemapatterns.context")
    for connection in connections.all(initialized_only=True):
        attach(connection)


def _on_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    attach(connection)


def bind(using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Tell the open transaction who acts, for writes that Django's cursor.execute() does not see.

        with transaction.atomic():
            context.bind()
            with connection.cursor() as cursor, cursor.copy("COPY shop_product (sku) FROM STDIN") as copy: ...

    COPY, callproc() and whatever is done with psycopg's own connection are such. Call it again in another
    context, and after a savepoint was rolled back.
    """
    carrier = attach(connections[using])
    if carrier is None:
        raise NotSupportedError(f"bind() needs a PostgreSQL database; {using!r} is none.")
    carrier.bind()
