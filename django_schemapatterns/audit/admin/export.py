"""The log as a file, written while it is read: as many entries as there are, in the memory of a few."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone

from django_schemapatterns.audit.admin.differences import compact
from django_schemapatterns.audit.admin.entries import Reader, subject_of
from django_schemapatterns.audit.admin.paging import chunks
from django_schemapatterns.audit.columns import MASK
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.options import table_columns

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import Model
    from django.http import HttpRequest

    from django_schemapatterns.audit.admin.paging import Search
    from django_schemapatterns.audit.querysets import AuditLogQuerySet

CHUNK: Final = 500
# What makes a formula of a cell for one spreadsheet or the other.
FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
COLUMNS: Final = (
    "id", "created_at", "operation", "model", "table_name", "record_id", "record_label", "changes", "user_id",
    "user_label", "ip_address", "user_agent", "request_id", "transaction_id", "context", "db_role",
    "application_name", "client_address",
)  # fmt: skip

Row = dict[str, Any]
Write = Callable[[list[Row]], str]


def csv_text(rows: list[Row]) -> str:
    """Write rows as CSV in which no cell is a formula; documents are JSON."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue()


def ndjson_text(rows: list[Row]) -> str:
    """Write rows as JSON objects, one a line: whoever reads it needs no more memory than we do."""
    return "".join(f"{compact(row)}\n" for row in rows)


FORMATS: Final[dict[str, tuple[str, str, Write]]] = {
    "csv": ("text/csv; charset=utf-8", ",".join(COLUMNS) + "\r\n", csv_text),
    "ndjson": ("application/x-ndjson; charset=utf-8", "", ndjson_text),
}


def export(
    site: AdminSite, request: HttpRequest, entries: AuditLogQuerySet, search: Search, kind: str
) -> StreamingHttpResponse:
    """Answer with the entries that the request may read, the newest first, as a file of a kind of FORMATS."""
    content_type, head, write = FORMATS[kind]
    # A new reader for each chunk: it remembers the objects that it has seen.
    readers = ((Reader(site, request, entries.db), chunk) for chunk in chunks(entries, search, CHUNK))
    parts = _parts(readers, head, write)
    name = f"audit-log-{timezone.now():%Y%m%dT%H%M%SZ}.{kind}"
    return StreamingHttpResponse(
        # Django would collect all of a synchronous iterator before an ASGI server gets the first byte.
        _awaited(parts) if isinstance(request, ASGIRequest) else parts,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _parts(readers: Iterator[tuple[Reader, list[AuditLog]]], head: str, write: Write) -> Iterator[str]:
    if head:
        yield head
    for reader, chunk in readers:
        yield write([_row(reader, entry, instance) for entry, instance in reader.readable(chunk)])


async def _awaited(parts: Iterator[str]) -> AsyncIterator[str]:
    while (part := await sync_to_async(lambda: next(parts, None))()) is not None:
        yield part


def _row(reader: Reader, entry: AuditLog, instance: Model | None) -> Row:
    model = reader.access.audited.get(entry.table_name or "")
    return {
        **dict.fromkeys(COLUMNS),  # the order
        **{name: getattr(entry, name) for name in COLUMNS if name != "model"},
        "created_at": _utc(entry.created_at).isoformat(),
        "operation": AuditLog.Operation(entry.operation).name,
        "model": subject_of(model) if model else None,
        "changes": _visible(reader, entry, model, instance),
        "request_id": str(entry.request_id) if entry.request_id else None,
    }


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if timezone.is_aware(moment) else moment


def _visible(reader: Reader, entry: AuditLog, model: type[Model] | None, instance: Model | None) -> Any:
    """Return the changes with what is withheld from the user masked."""
    if not entry.changes or reader.access.is_superuser:
        return entry.changes
    fields = table_columns(model) if model else {}
    mask: Any = [MASK, MASK] if entry.operation == "U" else MASK
    return {
        column: mask
        if reader.access.withholds(model, fields[column].name if column in fields else column, instance)
        else value
        for column, value in entry.changes.items()
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else compact(value)
    return f"'{text}" if text.startswith(FORMULA) else text
