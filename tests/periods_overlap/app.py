"""Tables for these tests alone: made for a test module, and dropped after it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, DecimalRangeField
from django.db import models
from django.db.models import Q
from django.test.utils import isolate_apps

from django_schemapatterns.constraints import NoOverlap

with isolate_apps("tests.testapp"):

    class Thing(models.Model):
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta:
            app_label = "testapp"
            abstract = True

        def __str__(self) -> str:
            return f"{self._meta.verbose_name} {self.pk}"

    class Room(Thing):
        name = models.CharField(max_length=20)

        class Meta:
            app_label = "testapp"

        def __str__(self) -> str:
            return self.name

    class Booking(Thing):
        """Days, both included, open at their end; cancelled ones do not count."""

        room = models.ForeignKey(Room, models.CASCADE, related_name="bookings")
        guest = models.CharField(max_length=20)
        first = models.DateField(null=True, blank=True)
        last = models.DateField(null=True, blank=True)
        deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

        class Meta:
            app_label = "testapp"
            constraints = [NoOverlap("room", "first", "last", bounds="[]", condition=Q(deleted_at=None))]

        def __str__(self) -> str:
            return self.guest

    class Shift(Thing):
        """Moments, two keys."""

        site = models.CharField(max_length=20)
        post = models.UUIDField()
        start = models.DateTimeField()
        end = models.DateTimeField(null=True, blank=True)

        class Meta:
            app_label = "testapp"
            constraints = [NoOverlap("site", "post", "start", "end")]

    class Stay(Thing):
        """Ranges of days."""

        room = models.IntegerField()
        days = DateRangeField()

        class Meta:
            app_label = "testapp"
            constraints = [NoOverlap("room", "days", native=True)]

    class Slot(Thing):
        room = models.IntegerField(null=True)
        time: Any = DateTimeRangeField(null=True, blank=True)  # type: ignore[misc]

        class Meta:
            app_label = "testapp"
            constraints = [NoOverlap("room", "time")]

    class Band(Thing):
        """Ranges of numbers, no key."""

        prices = DecimalRangeField()

        class Meta:
            app_label = "testapp"
            constraints = [NoOverlap("prices")]


MODELS = (Room, Booking, Shift, Stay, Slot, Band)
