"""The same product once for each contender, and the classic audit log to read by."""

from __future__ import annotations

import pghistory
from auditlog.registry import auditlog
from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from django_schemapatterns.models import AuditedModel


class Category(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Twenty columns, some 870 bytes a row, four indexes, one foreign key."""

    name = models.CharField(max_length=255)
    slug = models.CharField(max_length=255)
    sku = models.CharField(max_length=100)
    description = models.TextField()
    short_description = models.CharField(max_length=500)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    compare_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    cost_price = models.DecimalField(max_digits=12, decimal_places=2)
    weight = models.DecimalField(max_digits=8, decimal_places=2)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False)
    brand_id = models.BigIntegerField()
    status = models.CharField(max_length=20)
    featured = models.BooleanField()
    inventory_quantity = models.IntegerField()
    tags = ArrayField(models.TextField())
    attributes = models.JSONField()
    seo_title = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["category"], name="%(class)s_category"),
            models.Index(fields=["brand_id"], name="%(class)s_brand"),
        ]
        constraints = [models.UniqueConstraint(fields=["sku"], name="%(class)s_sku")]

    def __str__(self) -> str:
        return self.sku


class Plain(Product):
    pass


class Audited(AuditedModel, Product):
    class Meta(Product.Meta):
        pass


class OneTable(AuditedModel, Product):
    """Audited by us, but into a log of one table with two indexes: what do partitions and indexes cost?"""

    class Meta(Product.Meta):
        pass


def events() -> list[pghistory.Tracker]:
    return [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]


@pghistory.track(*events(), level=pghistory.Row)
class RowEvents(Product):
    pass


@pghistory.track(*events(), level=pghistory.Statement)
class StatementEvents(Product):
    pass


@auditlog.register()
class Auditlog(Product):
    pass


class Historical(Product):
    # Without the foreign key to the user: that table is made later than this one.
    history = HistoricalRecords(user_db_constraint=False)


class Classic(Product):
    pass


class ClassicLog(models.Model):
    """The table of the classic trigger, see classic.sql."""

    table_name = models.TextField()
    record_id = models.BigIntegerField()
    operation = models.TextField()
    old_values = models.JSONField(null=True)
    new_values = models.JSONField(null=True)
    changed_fields = ArrayField(models.TextField(), null=True)
    user_id = models.BigIntegerField(null=True)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.TextField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["table_name", "record_id"], name="classic_record"),
            models.Index(fields=["user_id", "created_at"], name="classic_user"),
            models.Index(fields=["operation", "created_at"], name="classic_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.record_id}"
