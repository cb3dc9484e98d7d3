"""Tables of every shape that the audit has to cope with; unusual ones are made by the tests themselves."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    DecimalRangeField,
    HStoreField,
    IntegerRangeField,
)
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from django_schemapatterns import audit, models as patterns


class Article(patterns.AuditedModel):
    """An ordinary table, with every option but the condition."""

    title = models.CharField(max_length=200)
    body = models.TextField(default="")
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    views = models.IntegerField(default=0)
    secret = models.CharField(max_length=100, null=True)
    tags: models.ManyToManyField[Tag, Any] = models.ManyToManyField("Tag", related_name="articles")

    class Audit:
        exclude = ["views"]
        mask = ["secret"]
        label = ["title"]


class Tag(patterns.AuditedModel):
    name = models.CharField(max_length=50)


class ArticleProxy(Article):
    class Meta:
        proxy = True


audit.register(Article.tags.through)
audit.register(Permission, label="codename")


class Draft(patterns.AuditedModel):
    """Audited while it is published."""

    title = models.CharField(max_length=200)
    published = models.BooleanField(default=False)

    class Audit:
        condition = Q(published=True)


class Author(patterns.AuditedModel):
    name = models.CharField(max_length=100)


class Book(patterns.AuditedModel):
    author = models.ForeignKey(Author, models.CASCADE)
    translator = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="translations")
    title = models.CharField(max_length=100)


class UuidKeyed(patterns.AuditedModel):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()


class TextKeyed(patterns.AuditedModel):
    code = models.TextField(primary_key=True)
    name = models.TextField()


class DateKeyed(patterns.AuditedModel):
    day = models.DateField(primary_key=True)
    name = models.TextField()


class Profile(patterns.AuditedModel):
    """The primary key is a foreign key."""

    author = models.OneToOneField(Author, models.CASCADE, primary_key=True)
    biography = models.TextField()


class Stock(patterns.AuditedModel):
    """The primary key is of two columns, one of them a text."""

    pk = models.CompositePrimaryKey("warehouse", "article_id")
    warehouse = models.TextField()
    article = models.ForeignKey(Article, models.CASCADE, db_constraint=False)
    quantity = models.IntegerField(default=0)


class Place(patterns.AuditedModel):
    name = models.TextField()


class Restaurant(Place):
    """A row of two tables."""

    stars = models.IntegerField(default=0)


class Stamped(models.Model):
    stamp = models.TextField(default="")

    class Meta:
        abstract = True
        ordering = ["stamp"]


class Ticket(Stamped, patterns.AuditedModel):
    """Two abstract bases and a Meta that inherits from neither."""

    subject = models.TextField()

    class Meta:
        verbose_name = "support ticket"

    def __str__(self) -> str:
        return self.subject


class Everything(patterns.AuditedModel):
    """A column of each type that Django has a field for."""

    integer = models.BigIntegerField(null=True)
    small = models.SmallIntegerField(null=True)
    decimal = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    precise = models.DecimalField(max_digits=40, decimal_places=20, null=True)
    number = models.FloatField(null=True)
    flag = models.BooleanField(null=True)
    text = models.TextField(null=True)
    name = models.CharField(max_length=100, null=True)
    binary = models.BinaryField(null=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    moment = models.DateTimeField(null=True)
    duration = models.DurationField(null=True)
    uuid = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    document = models.JSONField(null=True)
    integers = ArrayField(models.IntegerField(null=True), null=True)
    texts = ArrayField(models.TextField(), null=True)
    moments = ArrayField(models.DateTimeField(), null=True)
    matrix = ArrayField(ArrayField(models.DecimalField(max_digits=8, decimal_places=3)), null=True)
    documents = ArrayField(models.JSONField(), null=True)
    span = IntegerRangeField(null=True)  # type: ignore[misc]
    prices = DecimalRangeField(null=True)  # type: ignore[misc]
    period = DateTimeRangeField(null=True)  # type: ignore[misc]
    pairs = HStoreField(null=True)
    shout = models.GeneratedField(
        expression=Lower(F("text")), output_field=models.TextField(), db_persist=True
    )

    class Audit:
        exclude = ["small"]
