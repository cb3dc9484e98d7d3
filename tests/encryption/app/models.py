"""Encrypted columns of every kind, bound in every way."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

import uuid

from django.core.validators import RegexValidator
from django.db import models

from django_schemapatterns import models as patterns
from django_schemapatterns.fields import BlindIndex, EncryptedField


class Person(patterns.AuditedModel, patterns.TimestampedModel):
    """Values that are bound to their column, and can be found."""

    name = models.CharField(max_length=50, default="Ann")
    tax_number = EncryptedField(
        models.CharField(
            max_length=20,
            null=True,
            blank=True,
            validators=[RegexValidator(r"^[A-Z0-9 ]*$", "Wrong: %(value)s")],
        ),
        key="pii",
        index=BlindIndex(unique=True),
    )
    email = EncryptedField(models.EmailField(blank=True), key="pii", index=BlindIndex(normalize="casefold"))
    note = EncryptedField(models.TextField(blank=True, default="none"), key="pii")
    phone = EncryptedField(models.CharField(max_length=30, blank=True), key="pii", index=BlindIndex(bits=16))


class Diary(patterns.AuditedModel):
    """Values that are bound to their row, of every type."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    text = EncryptedField(models.TextField(blank=True), key="pii", bind="row")
    mood = EncryptedField(models.IntegerField(null=True, blank=True), key="pii", bind="row")
    day = EncryptedField(models.DateField(null=True, blank=True), key="pii", bind="row")
    at = EncryptedField(models.DateTimeField(null=True, blank=True), key="pii", bind="row")
    price = EncryptedField(
        models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True), key="pii", bind="row"
    )
    data = EncryptedField(models.JSONField(null=True, blank=True), key="pii", bind="row")
    code = EncryptedField(models.UUIDField(null=True, blank=True), key="pii", bind="row")
    blob = EncryptedField(models.BinaryField(null=True, blank=True), key="pii", bind="row")
    secret = EncryptedField(models.BooleanField(null=True, blank=True), key="pii", bind="row")
    size = EncryptedField(models.FloatField(null=True, blank=True), key="pii", bind="row")
    takes = EncryptedField(models.DurationField(null=True, blank=True), key="pii", bind="row")


class Tenant(models.Model):
    name = models.CharField(max_length=50)


class Account(models.Model):
    """Values that are bound to a tenant."""

    tenant = models.ForeignKey(Tenant, models.CASCADE)
    iban = EncryptedField(models.CharField(max_length=40), key="pii", bind="tenant", index=BlindIndex())
    other = EncryptedField(models.CharField(max_length=40, blank=True), key="pii", bind="tenant")


class Passport(models.Model):
    """A row whose key comes from another table."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="passport")
    number = EncryptedField(models.CharField(max_length=20), key="pii", bind="row")


class Contact(models.Model):
    """What an abstract model gives to its children."""

    phone = EncryptedField(models.CharField(max_length=30, null=True), key="pii", index=BlindIndex())

    class Meta:
        abstract = True


class Customer(Contact):
    level = EncryptedField(
        models.CharField(max_length=10, choices={"a": "Gold", "b": "Silver"}, default="b"),
        key="pii",
        index=BlindIndex(accept_leakage="there are two of them anyway"),
    )


class Supplier(Contact):
    class Meta:
        ordering = ["id"]
