"""The base of models that keep versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from asgiref.sync import sync_to_async
from django.db import models, router
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.periods import versions
from django_schemapatterns.periods.expressions import ClockTimestamp
from django_schemapatterns.periods.objects import period_constraints, period_indexes, period_triggers
from django_schemapatterns.periods.querysets import PeriodManager, PeriodQuerySet
from django_schemapatterns.schema.attach import attach_constraints, attach_indexes, attach_triggers
from django_schemapatterns.schema.followers import declare_follower

if TYPE_CHECKING:
    from datetime import datetime


class PeriodModel(models.Model):
    """
    An abstract model of versions: what columns of an owner were, are and will be.

        class ProductPrice(PeriodModel):
            product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
            price = models.DecimalField(max_digits=10, decimal_places=2)

            class Period:
                tracks = {"product": ["price"]}

    A version starts at `effective_from` and ends where the next one starts. Triggers on the owner's table let
    one start whenever a tracked column changes, whoever changes it; see `PeriodOptions` for what else
    `Period` may say. `created_by` and `reason` are filled in from the context.
    """

    effective_from = models.DateTimeField(_("effective from"), db_default=ClockTimestamp())
    recorded_at = models.DateTimeField(_("recorded at"), db_default=ClockTimestamp(), editable=False)
    pending = models.BooleanField(_("pending"), default=False, db_default=False, editable=False)
    ended = models.BooleanField(_("ended"), default=False, db_default=False, editable=False)
    created_by = models.CharField(_("created by"), max_length=200, null=True, blank=True, editable=False)
    reason = models.TextField(_("reason"), null=True, blank=True)

    objects: ClassVar[PeriodManager[Any]] = PeriodManager()

    class Meta:
        abstract = True

    @property
    def effective_to(self) -> datetime | None:
        """The moment at which the next version starts, None for the last one."""
        if "effective_to" not in self.__dict__:
            self.__dict__["effective_to"] = versions.end_of(self)
        end: datetime | None = self.__dict__["effective_to"]
        return end

    @effective_to.setter
    def effective_to(self, value: datetime | None) -> None:
        self.__dict__["effective_to"] = value

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the version anew, and its end when that is asked for."""
        self.__dict__.pop("effective_to", None)
        super().refresh_from_db(*args, **kwargs)

    @classmethod
    def schedule(
        cls,
        owner: Any,
        /,
        *,
        effective_from: datetime,
        reason: str | None = None,
        using: str | None = None,
        **values: Any,
    ) -> Self:
        """
        Let a version start in the future.

            ProductPrice.schedule(product, price=Decimal("9.90"), effective_from=monday, reason="sale")

        owner: a row or its key.  values: of tracked columns; the others stay what they are by then.
        Raises ValidationError, with nothing written, for a moment that has passed or is taken, for an owner
        that is not there, and for values that the columns can not hold.
        """
        alias = using or router.db_for_write(cls, instance=owner if isinstance(owner, models.Model) else None)
        return versions.schedule(cls, owner, values, start=effective_from, reason=reason, using=alias)

    def correct(
        self,
        *,
        effective_from: datetime | None = None,
        reason: str | None = None,
        using: str | None = None,
        **values: Any,
    ) -> Self:
        """
        Change what the version says, or when it starts; when it is the one in force the owner changes along.

            version.correct(price=Decimal("9.80"), reason="slip of the pen")

        Raises ValidationError, with nothing written, when another version stands in the way.
        """
        alias = self._written_to(using)
        return versions.correct(self, values, start=effective_from, reason=reason, using=alias)

    correct.alters_data = True  # type: ignore[attr-defined]

    def cancel_scheduled(self, using: str | None = None) -> None:
        """Take the version back; raises ValidationError when it has started already."""
        versions.cancel(self, self._written_to(using))

    cancel_scheduled.alters_data = True  # type: ignore[attr-defined]

    @classmethod
    async def aschedule(cls, owner: Any, /, **options: Any) -> Self:
        return await sync_to_async(cls.schedule)(owner, **options)

    async def acorrect(self, **options: Any) -> Self:
        return await sync_to_async(self.correct)(**options)

    async def acancel_scheduled(self, using: str | None = None) -> None:
        await sync_to_async(self.cancel_scheduled)(using)

    acorrect.alters_data = acancel_scheduled.alters_data = True  # type: ignore[attr-defined]

    def _written_to(self, using: str | None) -> str:
        return using or router.db_for_write(type(self), instance=self)


attach_triggers(PeriodModel, period_triggers)
attach_constraints(PeriodModel, period_constraints)
attach_indexes(PeriodModel, period_indexes)
declare_follower(PeriodModel)

__all__ = ["PeriodManager", "PeriodModel", "PeriodQuerySet"]
