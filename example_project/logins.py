"""
The logins of the demo on a server of its own, where each of them is trusted without a password.

The web process is an ordinary role that owns nothing and that policies bind; staff pass the policies; only
migrations are run by a member of the owner.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

WEB, STAFF, MIGRATIONS = "shop_web", "shop_staff", "shop_migrations"
LOGINS = f"{WEB}=readwrite {STAFF}=admin {MIGRATIONS}=owner,admin shop_reports=readonly"


def read(text: str) -> dict[str, list[str]]:
    """
    Read logins and their groups.

        read("shop_web=readwrite shop_migrations=owner,admin")
    """
    pairs = (entry.partition("=") for entry in text.split())
    return {login: groups.split(",") for login, _, groups in pairs}


def url_as(url: str, user: str) -> str:
    """Return the URL of a database for another user."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


def environment(url: str) -> dict[str, str]:
    """Return what settings.py reads of the environment, by a superuser's URL."""
    return {
        "DATABASE_LOGINS": LOGINS,
        "DATABASE_URL": url_as(url, WEB),
        "STAFF_DATABASE_URL": url_as(url, STAFF),
        "MIGRATIONS_DATABASE_URL": url_as(url, MIGRATIONS),
    }
