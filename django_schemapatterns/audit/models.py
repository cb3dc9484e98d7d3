"""The audit log, and the base of the models that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.audit import fields
from django_schemapatterns.audit.diff import Change, changed_fields, changes_of, new_values, old_values
from django_schemapatterns.audit.guard import GUARDS, GuardTrigger
from django_schemapatterns.audit.history import HistoryDescriptor, restore_around, state_around
from django_schemapatterns.audit.objects import AuditTrigger, audit_triggers, audited_models
from django_schemapatterns.audit.options import AuditOptions
from django_schemapatterns.audit.querysets import AuditLogQuerySet
from django_schemapatterns.exceptions import AppendOnly
from django_schemapatterns.schema import events
from django_schemapatterns.schema.attach import add_triggers, attach_triggers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_schemapatterns.schema.events import Event


class AuditLog(models.Model):
    """
    An entry of the audit log: one row that was inserted, changed or deleted, by whom and from where.

        for entry in AuditLog.objects.for_object(product):
            print(entry.created_at, entry.user_label, entry.diff())

    Triggers write it; the database refuses to change it.
    """

    class Operation(models.TextChoices):
        INSERT = "I", _("created")
        UPDATE = "U", _("changed")
        DELETE = "D", _("deleted")
        TRUNCATE = "T", _("truncated")
        PAUSE = "P", _("audit paused")
        MAINTENANCE = "M", _("log maintained")

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(_("time"))
    transaction_id = fields.TransactionIdField(_("transaction"))
    table_name = models.TextField(_("table"), null=True)
    record_id = models.TextField(_("record"), null=True)
    record_label = models.TextField(_("record label"), null=True)
    operation = models.TextField(_("operation"), choices=Operation.choices)
    changes = fields.ChangesField(_("changes"), null=True)
    user_id = models.TextField(_("user id"), null=True)
    user_label = models.TextField(_("user"), null=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True)
    user_agent = models.TextField(_("user agent"), null=True)
    request_id = models.UUIDField(_("request"), null=True)
    context = fields.ExactJSONField(_("context"), null=True)
    db_role = models.TextField(_("database role"))
    application_name = models.TextField(_("application"), null=True)
    client_address = models.GenericIPAddressField(_("client address"), null=True)

    old_values = fields.DerivedField("audit_old_values", fields.ExactJSONField(), old_values)
    new_values = fields.DerivedField("audit_new_values", fields.ExactJSONField(), new_values)
    changed_fields = fields.DerivedField(
        "audit_changed_fields", ArrayField(models.TextField()), changed_fields
    )

    objects: ClassVar[models.Manager[AuditLog]] = AuditLogQuerySet.as_manager()

    class Meta:
        app_label = "schemapatterns"
        # Made by versioned SQL: partitioned by month, in a schema of its own, out of the reach of flush.
        managed = False
        db_table = '"schemapatterns"."audit_log"'
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log")

    def __str__(self) -> str:
        what = self.record_label or " ".join(filter(None, [self.table_name, self.record_id]))
        return f"{what} {self.get_operation_display()}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise AppendOnly("The audit log is written by triggers; a model can not write it.")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("The audit log is append-only; see audit.maintenance() for its owner's way.")

    @property
    def model(self) -> type[models.Model] | None:
        """The audited model of today that keeps this entry's table, None when there is none."""
        tables = {model._meta.db_table: model for model in audited_models()}
        return tables.get(self.table_name or "")

    @property
    def event(self) -> Event | None:
        """What the update means to one of the patterns, such as a soft delete with its batch."""
        return events.read(self.changes or {}) if self.operation == self.Operation.UPDATE else None

    def get_operation_display(self) -> str:  # type: ignore[no-redef]
        event = self.event
        return str(event.label if event else self.Operation(self.operation).label)

    def diff(self) -> list[Change]:
        """Return what changed, field by field, as Python values."""
        return changes_of(self)

    def state_before(self) -> models.Model | None:
        """Return the object as it was before this entry, None when it did not exist."""
        return state_around(self, after=False)

    def state_after(self) -> models.Model | None:
        """Return the object as it was after this entry, None when it did not exist any more."""
        return state_around(self, after=True)

    def restore_before(self, **values: Any) -> models.Model:
        """
        Make the object what it was before this entry, also when it is gone, and return it.

        See `History.restore()`.
        """
        return restore_around(self, after=False, values=values)

    def restore_after(self, **values: Any) -> models.Model:
        """Make the object what it was after this entry, and return it."""
        return restore_around(self, after=True, values=values)


add_triggers(AuditLog, [GuardTrigger(name=name) for name in GUARDS])


class AuditedModel(models.Model):
    """
    An abstract model whose every change the database writes into the audit log.

        class Product(AuditedModel):
            class Audit:
                exclude = ["search_vector"]

    See `AuditOptions` for what the inner class can say.
    """

    audit = HistoryDescriptor()

    class Meta:
        abstract = True


def _triggers(model: type[models.Model]) -> Iterable[AuditTrigger]:
    return audit_triggers(model, AuditOptions.of(getattr(model, "Audit", None)))


attach_triggers(AuditedModel, _triggers)
