"""A real PgBouncer, in transaction mode, in front of the test server."""

from __future__ import annotations

import os
import shutil


def find_pgbouncer() -> str | None:
    """Give the program of Debian's package pgbouncer, if it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
