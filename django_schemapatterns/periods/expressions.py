"""The clock of the database."""

from __future__ import annotations

from django.db import models
from django.db.models import Func
from django.utils.deconstruct import deconstructible


@deconstructible(path="django_schemapatterns.fields.ClockTimestamp")
class ClockTimestamp(Func):
    """
    The time of day, which goes on within a transaction.

        opened_at = models.DateTimeField(db_default=ClockTimestamp())
    """

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()
