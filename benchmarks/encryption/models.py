"""One table, with a column in plain text and encrypted in each way."""

# ruff: noqa: DJ008

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from django_schemapatterns.fields import BlindIndex, EncryptedField


class Row(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=50)
    email = models.EmailField()
    city = models.CharField(max_length=50)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


def secret(**options: Any) -> Any:
    return EncryptedField(models.CharField(max_length=30), key="benchmark", **options)


class Plain(Row):
    secret = models.CharField(max_length=30)


class PlainIndexed(Row):
    secret = models.CharField(max_length=30, db_index=True)


class Column(Row):
    secret = secret()


class Bound(Row):
    secret = secret(bind="row")


class Indexed(Row):
    secret = secret(bind="row", index=BlindIndex())
