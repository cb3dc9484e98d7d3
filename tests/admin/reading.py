"""Short ways to the pages about the log, and into what they show."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

from django.db import connection, models
from django.test import Client

from django_schemapatterns.models import AuditLog

LOG = "/admin/schemapatterns/auditlog/"


def page(browser: Client, url: str = LOG, **query: Any) -> str:
    """Return the HTML of a page that must be there."""
    response = browser.get(url, query)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def text(markup: str) -> str:
    """Return what a page says, in one line."""
    body = markup.partition('<div id="content-main" class="audit">')[2] or markup
    plain = re.sub(r"<(script|style|form).*?</\1>|<[^>]+>", " ", body, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())


def rows(browser: Client, url: str = LOG, **query: Any) -> list[str]:
    """Return what the rows of the list say."""
    body = page(browser, url, **query).partition("<tbody")[2]
    return [text(row) for row in body.split("</tr>")[:-1]]


def ids(browser: Client, url: str = LOG, **query: Any) -> list[int]:
    """Return the ids of the entries that the list shows."""
    found = re.findall(r'audit-cell-time"><a href="[^"]*/(\d+)/change/"', page(browser, url, **query))
    return [int(pk) for pk in found]


def entry_page(browser: Client, entry: AuditLog, site: str = "admin") -> str:
    return page(browser, f"/{site}/schemapatterns/auditlog/{entry.pk}/change/")


def last_entry(model: type[models.Model] | str, **filters: Any) -> AuditLog:
    table = model if isinstance(model, str) else model._meta.db_table
    entry = AuditLog.objects.filter(table_name=table, **filters).last()
    assert entry is not None
    return entry


def write_entries(count: int, **columns: str) -> None:
    """
    Write entries as the triggers would; columns are SQL over the number `n` of the entry.

        write_entries(100, table_name="'shop'", record_id="n::text", changes="'{}'")
    """
    values = {"operation": "'U'", "changes": """'{"price": [1, 2]}'""", "record_id": "n::text", **columns}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO schemapatterns.audit_log ({', '.join(values)}) "
            f"SELECT {', '.join(values.values())} FROM generate_series(1, {count}) AS n ORDER BY n"
        )


def link(path: str, **query: Any) -> str:
    """Return an address as it stands in HTML."""
    return html.escape(f"{path}?{urlencode(query)}" if query else path)
