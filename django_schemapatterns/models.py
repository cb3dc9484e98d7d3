"""Abstract models to subclass, and the tables of our own."""

from django.db.models import Q

from django_schemapatterns import audit
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.audit.models import AuditedModel, AuditLog
from django_schemapatterns.documentation.comments import DocumentedModel
from django_schemapatterns.documentation.models import SchemaDocumentation
from django_schemapatterns.partitions.catalog_model import TablePartition
from django_schemapatterns.partitions.models import PartitionedModel
from django_schemapatterns.periods.bitemporal import BitemporalModel
from django_schemapatterns.periods.models import PeriodModel
from django_schemapatterns.rowsecurity.tenants import TenantModel
from django_schemapatterns.search.models import SearchableModel
from django_schemapatterns.softdelete.models import SoftDeleteModel
from django_schemapatterns.softdelete.readers import active_model
from django_schemapatterns.timestamps import TimestampedModel

__all__ = [
    "ApplicationSetting",
    "AuditLog",
    "AuditedModel",
    "BitemporalModel",
    "DocumentedModel",
    "PartitionedModel",
    "PeriodModel",
    "SchemaDocumentation",
    "SearchableModel",
    "SoftDeleteModel",
    "TablePartition",
    "TenantModel",
    "TimestampedModel",
    "active_model",
]

# An entry for what somebody sets, and none for the rows that migrations make of the defaults.
audit.register(
    ApplicationSetting,
    mask=["secret_value"],
    label=["category", "key"],
    condition=Q(value__isnull=False) | Q(secret_value__isnull=False),
)
