"""Questions to the audit log."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from django_schemapatterns.audit.objects import audited_models, options_for
from django_schemapatterns.audit.options import table_columns
from django_schemapatterns.audit.records import record_id

if TYPE_CHECKING:
    from django_schemapatterns.audit.models import AuditLog  # noqa: F401 - mypy reads the string below


class AuditLogQuerySet(models.QuerySet["AuditLog"]):
    """
    Entries of the audit log.

        AuditLog.objects.for_model(Product).by_user(user).changed("price")

    Their order is that of their ids: times can be equal.
    """

    def for_object(self, instance: models.Model) -> Self:
        """Entries about one object, those about the same row of a parent model's table included."""
        return self.filter(
            record_id=record_id(instance, using=self.db), table_name__in=tables_of(type(instance))
        )

    def for_model(self, model: type[models.Model]) -> Self:
        """Entries about all objects of a model."""
        return self.filter(table_name__in=tables_of(model))

    def by_user(self, user: Any) -> Self:
        """Entries of what a user did; a user object or its primary key."""
        return self.filter(user_id=str(getattr(user, "pk", user)))

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Entries from start (included) to end (excluded); None leaves a side open."""
        bounds = {"created_at__gte": start, "created_at__lt": end}
        return self.filter(**{name: bound for name, bound in bounds.items() if bound is not None})

    def changed(self, *names: str) -> Self:
        """Entries of updates that changed any of the fields; names of fields or of columns."""
        columns = {column for name in names for column in columns_named(name)}
        return self.filter(operation="U", changes__has_any_keys=sorted(columns))

    def of_request(self, request_id: uuid.UUID | str) -> Self:
        """Entries of one request."""
        return self.filter(request_id=request_id)

    def of_transaction(self, transaction_id: int) -> Self:
        """Entries of one transaction, by its 64-bit id."""
        return self.filter(transaction_id=transaction_id)

    def about_rows(self) -> Self:
        """Entries about single rows: without truncations, pauses and maintenance."""
        return self.filter(operation__in=["I", "U", "D"])


def columns_named(name: str) -> set[str]:
    """Return the columns that a name stands for in any audited model: `brand` is the column `brand_id`."""
    columns = (each for model in audited_models() for each in table_columns(model).items())
    return {name, *(column for column, field in columns if field.name == name)}


def tables_of(model: type[models.Model]) -> list[str]:
    """Return the table of a model and those of its audited parents."""
    concrete = model._meta.concrete_model or model
    parents = [parent for parent in concrete._meta.all_parents if options_for(parent)]
    return [concrete._meta.db_table, *(parent._meta.db_table for parent in parents)]
