"""What the server under test can do, asked while the tests are collected."""

from __future__ import annotations

import os
from functools import cache
from typing import Final, LiteralString

import psycopg

NOCASE: Final = "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"


@cache
def version() -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        return server.info.server_version // 10_000


@cache
def has_icu() -> bool:
    """Whether there can be collations in which different texts are equal: a build may lack the library."""
    return is_supported(NOCASE)


@cache
def has_xml() -> bool:
    return is_supported("SELECT '<a/>'::xml")


def is_supported(statement: LiteralString) -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        try:
            server.execute(statement)
        except psycopg.errors.FeatureNotSupported:
            return False
        finally:
            server.rollback()
    return True
