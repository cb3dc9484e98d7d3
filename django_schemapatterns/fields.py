"""Model fields."""

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.fields import AttributesField
from django_schemapatterns.encryption import permissions as _permissions  # noqa: F401 - it listens to classes
from django_schemapatterns.encryption.fields import EncryptedField
from django_schemapatterns.encryption.index import BlindIndex, BlindIndexField
from django_schemapatterns.partitions.fields import PartitionBy
from django_schemapatterns.partitions.references import PartitionKeyField
from django_schemapatterns.partitions.uuid7 import UUID7, UUID7Field, uuid7
from django_schemapatterns.periods.expressions import ClockTimestamp
from django_schemapatterns.rowsecurity.tenants import TenantForeignKey
from django_schemapatterns.search.fields import SearchVectorField
from django_schemapatterns.softdelete.fields import AliveForeignKey, BatchField, MarkField
from django_schemapatterns.timestamps.fields import CreatedAtField, UpdatedAtField
from django_schemapatterns.types.domains import (
    CountryCodeField,
    CurrencyCodeField,
    DomainField,
    EmailAddressField,
    PercentageField,
    PhoneNumberField,
    PositiveDecimalField,
    SlugField,
)
from django_schemapatterns.types.enums import EnumField
from django_schemapatterns.types.rules import Between, Length, Pattern, Rule

__all__ = [
    "UUID7",
    "AliveForeignKey",
    "Attribute",
    "AttributesField",
    "BatchField",
    "Between",
    "BlindIndex",
    "BlindIndexField",
    "ClockTimestamp",
    "CountryCodeField",
    "CreatedAtField",
    "CurrencyCodeField",
    "DomainField",
    "EmailAddressField",
    "EncryptedField",
    "EnumField",
    "Length",
    "MarkField",
    "PartitionBy",
    "PartitionKeyField",
    "Pattern",
    "PercentageField",
    "PhoneNumberField",
    "PositiveDecimalField",
    "Rule",
    "SearchVectorField",
    "SlugField",
    "TenantForeignKey",
    "UUID7Field",
    "UpdatedAtField",
    "uuid7",
]
