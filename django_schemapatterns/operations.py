"""Migration operations, and what the migrations of your apps name."""

from django_schemapatterns.appsettings.triggers import CompiledVersionTrigger
from django_schemapatterns.audit.capture import CompiledAuditTrigger
from django_schemapatterns.audit.guard import CompiledGuardTrigger
from django_schemapatterns.encryption.operations import EncryptColumn
from django_schemapatterns.encryption.pgcrypto import InstallSensitiveData
from django_schemapatterns.partitions.indexes import AddIndexOnPartitions
from django_schemapatterns.partitions.maintenance import (
    DrainPartitions,
    EnsurePartitions,
    ExpirePartitions,
)
from django_schemapatterns.partitions.operations import ConvertToPartitioned, FillPartitionKey
from django_schemapatterns.partitions.triggers import CompiledPartitionKeyTrigger, CompiledUniqueTrigger
from django_schemapatterns.partitions.validation import ValidateConstraintOnPartitions
from django_schemapatterns.periods.seed import SeedPeriods
from django_schemapatterns.periods.triggers import CompiledPeriodTrigger
from django_schemapatterns.roles.operations import GrantRoles
from django_schemapatterns.rowsecurity.operations import (
    AlterRowSecurity,
    DisableRowSecurity,
    EnableRowSecurity,
)
from django_schemapatterns.rowsecurity.protections import AlterProtection, ProtectModel, UnprotectModel
from django_schemapatterns.schema.concurrent_operations import (
    AddConstraintConcurrently,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django_schemapatterns.schema.declared import (
    AlterObject,
    CreateObject,
    DropObject,
    ReleaseObject,
    RenameObject,
)
from django_schemapatterns.schema.domains import (
    AlterDomain,
    CreateDomain,
    DropDomain,
    ReplaceDomain,
    ValidateDomain,
)
from django_schemapatterns.schema.enums import (
    AddEnumValue,
    CreateEnum,
    DropEnum,
    RenameEnumValue,
    ReplaceEnum,
)
from django_schemapatterns.schema.functions import InstallSQL
from django_schemapatterns.schema.own_tables import CreateOwnModel
from django_schemapatterns.schema.proofs import ProveConstraint
from django_schemapatterns.schema.roles import CreateRole
from django_schemapatterns.schema.triggers import AddUnmanagedTrigger, AlterTrigger
from django_schemapatterns.schema.types import RenameType
from django_schemapatterns.softdelete.triggers import CompiledMarkTrigger, CompiledReferenceTrigger
from django_schemapatterns.timestamps.triggers import CompiledTouchTrigger

__all__ = [
    "AddConstraintConcurrently",
    "AddEnumValue",
    "AddIndexConcurrently",
    "AddIndexOnPartitions",
    "AddUnmanagedTrigger",
    "AlterDomain",
    "AlterObject",
    "AlterProtection",
    "AlterRowSecurity",
    "AlterTrigger",
    "CompiledAuditTrigger",
    "CompiledGuardTrigger",
    "CompiledMarkTrigger",
    "CompiledPartitionKeyTrigger",
    "CompiledPeriodTrigger",
    "CompiledReferenceTrigger",
    "CompiledTouchTrigger",
    "CompiledUniqueTrigger",
    "CompiledVersionTrigger",
    "ConvertToPartitioned",
    "CreateDomain",
    "CreateEnum",
    "CreateObject",
    "CreateOwnModel",
    "CreateRole",
    "DisableRowSecurity",
    "DrainPartitions",
    "DropDomain",
    "DropEnum",
    "DropObject",
    "EnableRowSecurity",
    "EncryptColumn",
    "EnsurePartitions",
    "ExpirePartitions",
    "FillPartitionKey",
    "GrantRoles",
    "InstallSQL",
    "InstallSensitiveData",
    "ProtectModel",
    "ProveConstraint",
    "ReleaseObject",
    "RemoveIndexConcurrently",
    "RenameEnumValue",
    "RenameObject",
    "RenameType",
    "ReplaceDomain",
    "ReplaceEnum",
    "SeedPeriods",
    "UnprotectModel",
    "ValidateConstraintOnPartitions",
    "ValidateDomain",
]
