"""Owners together with what they were, or will be, at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.db import models
from django.db.models import Case, F, OuterRef, Subquery, When

from django_schemapatterns.periods.options import options_of, owner_field
from django_schemapatterns.periods.querysets import Moment, moment, rows_of, started

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)
_QuerySet = TypeVar("_QuerySet", bound="models.QuerySet[Any]")

if TYPE_CHECKING:
    from django.db.models import Model


def with_period(
    queryset: _QuerySet,
    related: str,
    *,
    as_of: Moment = None,
    known_at: Moment = None,
    suffix: str = "_as_of",
) -> _QuerySet:
    """
    Annotate owners with the values that they had, or will have, at a moment; one query for all of them.

        with_period(Product.objects.all(), "prices", as_of=t)    # product.price_as_of
        with_period(queryset, "prices", as_of=t, suffix="_then")  # product.price_then

    related: the name by which the owner knows its versions.
    as_of: now by default; OuterRef("ordered_at") for a column of the owner.
    known_at: of versions of a BitemporalModel, those that were believed at a moment; now by default.
    suffix: what the names of the columns get at their end.
    A value is None where no version was in force. Raises FieldError for a relation that is not to versions.
    """
    model = versions_of(queryset.model, related)
    owner = owner_field(model)
    versions = started(rows_of(model, known_at=known_at), moment(as_of)).filter(
        **{owner.name: OuterRef(owner.target_field.name)}
    )
    names = ["effective_from", *options_of(model).columns]
    values = {f"{name}{suffix}": _value(versions, name) for name in names}
    return queryset.annotate(**values)


def _value(versions: Any, name: str) -> Subquery:
    in_force = versions.order_by("-effective_from").annotate(
        value_in_force=Case(When(ended=False, then=F(name)))
    )
    return Subquery(in_force.values("value_in_force")[:1])


def versions_of(owner: type[Model], related: str) -> type[Model]:
    """Return the model of versions that an owner knows by a name."""
    from django_schemapatterns.periods.models import PeriodModel

    found = {
        relation.get_accessor_name(): relation.related_model
        for relation in owner._meta.related_objects
        if relation.one_to_many and issubclass(relation.related_model, PeriodModel)
    }
    if related not in found:
        from django.core.exceptions import FieldError

        known = ", ".join(map(str, found)) or "none"
        raise FieldError(f"{owner._meta.label} has no periods {related!r}; it has {known}.")
    return cast("type[Model]", found[related])


class PeriodOwnerQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset of owners, to put among the bases of your own.

        class ProductQuerySet(PeriodOwnerQuerySet, SoftDeleteQuerySet): ...

        Product.objects.with_period("prices", as_of=t)
    """

    def with_period(
        self, related: str, *, as_of: Moment = None, known_at: Moment = None, suffix: str = "_as_of"
    ) -> Self:
        """Annotate the rows with the values that they had, or will have, at a moment; see `with_period()`."""
        return with_period(self, related, as_of=as_of, known_at=known_at, suffix=suffix)
