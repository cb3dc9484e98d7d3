"""Querysets that find rows by words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.contrib.postgres.search import SearchRank
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import F

from django_schemapatterns.search.highlights import highlight as highlighted
from django_schemapatterns.search.queries import cleaned, query_for

if TYPE_CHECKING:
    from django_schemapatterns.search.fields import SearchVectorField

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


class SearchQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset of a model with a `SearchVectorField`.

        Product.objects.search('laptop -used "long battery"')

    Composes with others: `class ProductQuerySet(SearchQuerySet, SoftDeleteQuerySet): ...`
    """

    def search(
        self,
        text: str,
        *,
        prefix: bool = False,
        highlight: bool | Iterable[str] = False,
        field_name: str | None = None,
    ) -> Self:
        """
        The rows that match, the best first; each has its `search_rank`.

            Product.objects.search('laptop or "note book" -used', highlight=["name"])[0].name_highlight

        text: words that must be there, "phrases", `or`, -words that must not; nothing matches an empty text.
        prefix: take each word for the beginning of one, to search while somebody types.
        highlight: fields, or True for all that are searched: `<field>_highlight` is the part that matches
        best, safe HTML with <mark> around its words.
        field_name: the SearchVectorField, if the model has more than one.

        Raises FieldError for a field that is not searched.
        """
        found = find(self, text, prefix=prefix, highlight=highlight, field_name=field_name)
        return cast("Self", found)


def find(
    rows: Any,
    text: str,
    *,
    prefix: bool = False,
    highlight: bool | Iterable[str] = False,
    field_name: str | None = None,
) -> Any:
    """Search in any queryset of a model with a SearchVectorField."""
    field = vector_field(rows.model, field_name)
    names = _to_highlight(field, highlight)
    query_text = cleaned(text)
    if not query_text:
        return rows.none()
    query: Any = query_for(field, query_text, prefix=prefix)
    config = field.configs[-1] if prefix else field.config
    marked = {f"{name}_highlight": highlighted(name, query, config) for name in names}
    rank = SearchRank(F(field.name), query, cover_density=True)
    if rows._fields is None:
        rows = rows.defer(field.name)
    found = rows.filter(**{field.name: query}).annotate(search_rank=rank, **marked)
    return found.order_by("-search_rank", "pk")


FromSearch = models.Manager.from_queryset(SearchQuerySet)


class SearchManager(FromSearch[_Model_co]):
    """All rows; an instance reads its vector, which is long and for the database, only when asked for it."""

    def get_queryset(self) -> Any:
        return super().get_queryset().defer(*(field.name for field in vector_fields(self.model)))


def vector_fields(model: type[models.Model]) -> list[SearchVectorField]:
    """Return the SearchVectorFields of a model."""
    from django_schemapatterns.search.fields import SearchVectorField

    return [field for field in model._meta.concrete_fields if isinstance(field, SearchVectorField)]


def vector_field(model: type[models.Model], name: str | None = None) -> SearchVectorField:
    """Return the SearchVectorField of a model, or the one of that name; raises FieldError."""
    found = {field.name: field for field in vector_fields(model)}
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name in found:
        return found[name]
    if not found:
        raise FieldError(f"{model._meta.label} has no SearchVectorField to search in.")
    asked = f"no SearchVectorField {name!r}" if name else "more than one SearchVectorField: give field_name"
    raise FieldError(f"{model._meta.label} has {asked}. There are {', '.join(found)}.")


def _to_highlight(field: SearchVectorField, asked: bool | Iterable[str]) -> list[str]:  # noqa: FBT001
    if isinstance(asked, bool):
        return list(field.fields) if asked else []
    names = [asked] if isinstance(asked, str) else list(asked)
    for name in names:
        if name not in field.fields:
            raise FieldError(f"{name!r} can not be highlighted: {field} searches {', '.join(field.fields)}.")
    return names
