"""When a row was made and last saved."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TimestampedModel(models.Model):
    """
    An abstract model with `created_at`, which the database fills in, and `updated_at`, which `save()` does.

        class Product(TimestampedModel): ...
    """

    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), auto_now=True, editable=False)

    class Meta:
        abstract = True
