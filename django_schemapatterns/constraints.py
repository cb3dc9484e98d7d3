"""Constraints for `Meta.constraints`."""

from django_schemapatterns.appsettings.constraints import SettingRule
from django_schemapatterns.attributes.constraints import AttributesRule
from django_schemapatterns.encryption.index import UniqueEncrypted
from django_schemapatterns.partitions.references import PartitionForeignKey
from django_schemapatterns.partitions.unique import UniqueAcrossPartitions
from django_schemapatterns.periods.functions import CurrentFunction
from django_schemapatterns.periods.overlap import NoOverlap
from django_schemapatterns.periods.views import PeriodView
from django_schemapatterns.rowsecurity.constraints import RowSecurity
from django_schemapatterns.rowsecurity.rules import Allow, Wall
from django_schemapatterns.rowsecurity.tenants import TenantReference
from django_schemapatterns.schema.check import Check
from django_schemapatterns.softdelete.constraints import ExcludeAlive, UniqueAlive
from django_schemapatterns.softdelete.views import SoftDeleteView

__all__ = [
    "Allow",
    "AttributesRule",
    "Check",
    "CurrentFunction",
    "ExcludeAlive",
    "NoOverlap",
    "PartitionForeignKey",
    "PeriodView",
    "RowSecurity",
    "SettingRule",
    "SoftDeleteView",
    "TenantReference",
    "UniqueAcrossPartitions",
    "UniqueAlive",
    "UniqueEncrypted",
    "Wall",
]
