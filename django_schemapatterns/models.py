"""Abstract models to subclass, and the tables of our own."""

from django_schemapatterns.audit.models import AuditedModel, AuditLog
from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.softdelete.models import SoftDeleteModel
from django_schemapatterns.softdelete.readers import active_model
from django_schemapatterns.timestamps import TimestampedModel

__all__ = ["AuditLog", "AuditedModel", "PeriodModel", "SoftDeleteModel", "TimestampedModel", "active_model"]
