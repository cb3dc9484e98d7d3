from __future__ import annotations

import pytest
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


@pytest.fixture(params=["client", "server"])
def binding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, db: None) -> str:
    """Where parameters meet the statement: in psycopg, or in PostgreSQL, which has to guess their types."""
    connection.ensure_connection()
    if request.param == "server":
        monkeypatch.setattr(connection.connection, "cursor_factory", ServerBindingCursor)
    return str(request.param)
