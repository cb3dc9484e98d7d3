"""What products are sorted by: categories, brands and vendors."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import models as patterns
from django_schemapatterns.constraints import Check
from example_project.shop.tree import TreeQuerySet


class Category(patterns.DocumentedModel, patterns.AuditedModel, patterns.TimestampedModel):
    """A node of the category tree."""

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, db_index=False)
    description = models.TextField(blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="children",
        help_text=_("The category above; empty at the root"),
    )
    sort_order = models.IntegerField(default=0, db_default=0, help_text=_("Position among its siblings"))
    is_active = models.BooleanField(default=True, db_default=True)
    meta_title = models.CharField(max_length=255, blank=True, default="", db_default="")
    meta_description = models.TextField(blank=True, default="", db_default="")

    objects = TreeQuerySet.as_manager()

    class Audit:
        exclude = ["updated_at"]
        label = ["name"]

    class Meta:
        db_table = "categories"
        verbose_name_plural = "categories"
        ordering = ["sort_order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="categories_slug_unique"),
            Check(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="categories_not_own_parent",
                error_field="parent",
                violation_error_message=_("A category cannot be its own parent."),
            ),
        ]
        indexes = [
            # A menu reads the children of one node in their order.
            models.Index(fields=["parent", "sort_order"], name="categories_tree_idx"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        parents = Category.objects.filter(pk=self.parent_id) if self.parent_id else Category.objects.none()
        if self in parents.ancestors(include_self=True):
            raise ValidationError({"parent": _("A category cannot be below itself.")})

    def path(self) -> list[Category]:
        """Return the categories from the root down to this one."""
        rows: dict[int | None, Category] = {
            row.pk: row for row in Category.objects.filter(pk=self.pk).ancestors(include_self=True)
        }
        found: list[Category] = []
        here = rows.pop(self.pk, None)
        while here is not None:
            found.append(here)
            here = rows.pop(here.parent_id, None)
        return found[::-1]


class Brand(patterns.DocumentedModel, patterns.AuditedModel, patterns.TimestampedModel):
    """The name a product is sold under."""

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, db_index=False)
    description = models.TextField(blank=True, default="", db_default="")
    website = models.URLField(max_length=255, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True, db_default=True)

    class Audit:
        exclude = ["updated_at"]
        label = ["name"]

    class Meta:
        db_table = "brands"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="brands_slug_unique")]

    def __str__(self) -> str:
        return self.name


class Vendor(patterns.DocumentedModel, patterns.AuditedModel, patterns.TimestampedModel):
    """The company the shop buys from."""

    name = models.CharField(max_length=255)
    code = models.CharField(max_length=50, help_text=_("Supplier number in the accounts"))
    email = models.EmailField(max_length=255, blank=True, default="", db_default="")
    phone = models.CharField(max_length=20, blank=True, default="", db_default="")
    country = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text=_("ISO 3166-1 alpha-2")
    )
    lead_time_days = models.PositiveSmallIntegerField(
        default=7, db_default=7, help_text=_("Days until a delivery")
    )
    is_active = models.BooleanField(default=True, db_default=True)

    class Audit:
        exclude = ["updated_at"]
        label = ["name"]

    class Meta:
        db_table = "vendors"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["code"], name="vendors_code_unique")]

    def __str__(self) -> str:
        return self.name
