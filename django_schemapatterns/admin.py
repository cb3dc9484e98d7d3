"""The admin of our own tables, and what yours can inherit from."""

from __future__ import annotations

from django.contrib import admin

from django_schemapatterns.appsettings.admin import ApplicationSettingAdmin
from django_schemapatterns.audit.admin import AuditAdminMixin, AuditLogAdmin
from django_schemapatterns.documentation.admin import SchemaDocumentationAdmin
from django_schemapatterns.encryption.admin import EncryptedAdminMixin
from django_schemapatterns.models import ApplicationSetting, AuditLog, SchemaDocumentation, TablePartition
from django_schemapatterns.partitions.admin import TablePartitionAdmin
from django_schemapatterns.periods.admin import PeriodAdmin, PeriodInline
from django_schemapatterns.periods.overlap_forms import NoOverlapFormSet
from django_schemapatterns.schema.errors.admin import DatabaseErrorsMixin
from django_schemapatterns.search.admin import SearchAdmin
from django_schemapatterns.softdelete.admin import AliveChoicesMixin, DeletionFilter, SoftDeleteAdmin

__all__ = [
    "AliveChoicesMixin",
    "ApplicationSettingAdmin",
    "AuditAdminMixin",
    "AuditLogAdmin",
    "DatabaseErrorsMixin",
    "DeletionFilter",
    "EncryptedAdminMixin",
    "NoOverlapFormSet",
    "PeriodAdmin",
    "PeriodInline",
    "SchemaDocumentationAdmin",
    "SearchAdmin",
    "SoftDeleteAdmin",
    "TablePartitionAdmin",
]

admin.site.register(ApplicationSetting, ApplicationSettingAdmin)
admin.site.register(AuditLog, AuditLogAdmin)
admin.site.register(SchemaDocumentation, SchemaDocumentationAdmin)
admin.site.register(TablePartition, TablePartitionAdmin)
