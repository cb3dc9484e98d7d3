"""The base of models whose rows tell when they were made and last changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.timestamps.fields import CreatedAtField, UpdatedAtField


class TimestampedModel(models.Model):
    """
    An abstract model with `created_at` and `updated_at`, which the database keeps.

        class Product(TimestampedModel): ...
    """

    created_at = CreatedAtField(_("created at"))
    updated_at = UpdatedAtField(_("updated at"))

    class Meta:
        abstract = True
