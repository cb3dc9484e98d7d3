"""
Bring the database to the newest migration and fill an empty shop: what the demo does before it serves.

    python -m example_project.prepare --products=2000 --orders=500

It is a program of its own, since it connects as the login that migrates and not as the one that serves.
"""

from __future__ import annotations

import argparse
import os
import sys

OLDEST_POSTGRES = 15
ADMIN = {"username": "admin", "email": "admin@example.com", "password": "admin"}


def main() -> None:
    """Prepare the database of DATABASE_URL."""
    parser = argparse.ArgumentParser("python -m example_project.prepare", description=__doc__)
    parser.add_argument("--products", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=500)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
    prepare(options.products, options.orders)


def prepare(products: int, orders: int) -> None:
    """Bring the database to the newest migration, and fill an empty shop."""
    import django
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.core.management import CommandError, call_command

    django.setup()
    refuse_unusable_database()
    try:
        call_command("migrate", interactive=False)
        if not apps.get_model("shop", "Product").objects.exists():
            call_command("demo_data", products=products, orders=orders, seed=1)
    except CommandError as error:
        sys.exit(str(error))
    users = get_user_model().objects
    if not users.filter(email=ADMIN["email"]).exists():
        users.create_superuser(**ADMIN)


def refuse_unusable_database() -> None:
    from django.db import Error, connection

    try:
        connection.ensure_connection()
    except Error as error:
        sys.exit(f"The server of DATABASE_URL cannot be used:\n{error}")
    version = connection.cursor().connection.info.server_version
    if version < OLDEST_POSTGRES * 10_000:
        sys.exit(f"The demo needs PostgreSQL {OLDEST_POSTGRES} or newer; this is {version // 10_000}.")


if __name__ == "__main__":
    main()
