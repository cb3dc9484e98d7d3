"""Querysets that can ask for attributes, count them and change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from asgiref.sync import sync_to_async
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Count, F, Func, Q, Value, When
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from django_schemapatterns.attributes.constraints import rules_of
from django_schemapatterns.attributes.errors import explained
from django_schemapatterns.attributes.kinds import ListOf
from django_schemapatterns.attributes.lookups import attributes_named, condition, field_of, surely
from django_schemapatterns.schema.documents import dumps

if TYPE_CHECKING:
    from django_schemapatterns.attributes.fields import AttributesField

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _changes_data(method: _Method) -> _Method:
    """Keep a method away from templates, as Django does with its own update()."""
    method.alters_data = True  # type: ignore[attr-defined]
    return method


class AttributesQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset of a model with an `AttributesField`.

        objects = AttributesQuerySet.as_manager()

        Product.objects.filter_attributes(color="red", weight__gte=2, tags__has="new").facets("color")

    With more than one such field in the model its name comes first: `facets("color", field_name="specs")`,
    `filter_attributes("specs", color="red")`.
    """

    def filter_attributes(self, field_name: str | None = None, /, **lookups: Any) -> Self:
        """
        The rows whose attributes are as asked.

            filter_attributes(color="red", weight__range=(1, 2), tags__has_any=["new", "sale"])

        Raises FieldError for an attribute or a lookup that there is not, ValueError for a value that the
        attribute never has, TypeError for no condition at all.
        """
        return self.filter(condition(field_of(self.model, field_name), lookups))

    def exclude_attributes(self, field_name: str | None = None, /, **lookups: Any) -> Self:
        """The rows of which this can not be said, those that lack an attribute among them."""
        return self.filter(~Q(surely(condition(field_of(self.model, field_name), lookups))))

    def facets(self, name: str, *, field_name: str | None = None, limit: int | None = None) -> dict[Any, int]:
        """
        Count the rows for each value of an attribute, the most frequent first; of a list, for each item.

            Product.objects.filter_attributes(color="red").facets("tags", limit=10)  # {"new": 12, "sale": 3}
        """
        field = field_of(self.model, field_name)
        is_list = any(isinstance(each.kind, ListOf) for each in attributes_named(field, name))
        value: Any = KeyTransform(name, field.name)
        if is_list:
            value = Items(Case(When(Exact(_json_type(value), "array"), then=value)), output_field=field)
        rows = self.order_by().filter(**{f"{field.name}__{name}__isnull": False})
        counted = rows.values(facet=value).annotate(rows=Count("*")).order_by("-rows", "facet")
        return {_hashable(row["facet"]): row["rows"] for row in counted[:limit]}

    @_changes_data
    def set_attributes(self, field_name: str | None = None, /, **values: Any) -> int:
        """
        Set attributes of the rows in one UPDATE, which loses nothing that others write at the same time.

            Product.objects.filter(pk=7).set_attributes(color="red", weight=Decimal("1.5"))

        Returns the number of rows. Raises ValidationError for a value that the schema does not allow, and
        RuleBroken when the database finds a rule broken.
        """
        field = field_of(self.model, field_name)
        document = _checked(field, values)
        old = Coalesce(F(field.name), Value({}, output_field=field), output_field=field)
        return self.update(
            **{field.name: Concat(old, Value(document, output_field=field), output_field=field)}
        )

    @_changes_data
    def set_attribute(self, name: str, value: Any, *, field_name: str | None = None) -> int:
        """Set one attribute, as `set_attributes()` does."""
        return self.set_attributes(field_name, **{name: value})

    @_changes_data
    def unset_attribute(self, *names: str, field_name: str | None = None) -> int:
        """Take attributes out of the documents, in one UPDATE."""
        field = field_of(self.model, field_name)
        gone = Cast(Value(list(names)), ArrayField(models.TextField()))
        return self.update(**{field.name: Minus(F(field.name), gone, output_field=field)})

    def find_invalid(self, field_name: str | None = None, /) -> Self:
        """
        The rows that break a rule of their schema, which may have been there before the rule.

        `full_clean()` tells of each what is wrong with it.
        """
        field = field_of(self.model, field_name)
        if callable(field.schema):
            broken = [row.pk for row in self.iterator() if any(_errors(field, row))]
            return self.filter(pk__in=broken)
        rows = self.model._base_manager.using(self.db)
        valid = [Q(rule.condition) for rule in rules_of(field, self.model)]
        return self.filter(pk__in=rows.filter(~_all(valid)).values("pk"))

    @_changes_data
    def update(self, **kwargs: Any) -> int:
        with explained(self.model):
            return super().update(**kwargs)

    @_changes_data
    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        with explained(self.model):
            return super().bulk_create(*args, **kwargs)

    async def afacets(self, name: str, **options: Any) -> dict[Any, int]:
        return await sync_to_async(self.facets)(name, **options)

    @_changes_data
    async def aset_attributes(self, field_name: str | None = None, /, **values: Any) -> int:
        return await sync_to_async(self.set_attributes)(field_name, **values)

    @_changes_data
    async def aset_attribute(self, name: str, value: Any, **options: Any) -> int:
        return await sync_to_async(self.set_attribute)(name, value, **options)

    @_changes_data
    async def aunset_attribute(self, *names: str, **options: Any) -> int:
        return await sync_to_async(self.unset_attribute)(*names, **options)


class Concat(Func):
    """One document with the other's attributes put in."""

    template = "(%(expressions)s)"
    arg_joiner = " || "


class Minus(Func):
    """A document without some names."""

    template = "(%(expressions)s)"
    arg_joiner = " - "


class Items(Func):
    """The items of a list, each in a row of its own."""

    function = "jsonb_array_elements"
    set_returning = True


def _hashable(value: Any) -> Any:
    return dumps(value) if isinstance(value, list | dict) else value


def _json_type(value: Any) -> Func:
    return Func(value, function="jsonb_typeof", output_field=models.CharField())


def _checked(field: AttributesField, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, if at least one schema allows each; the database knows which it is."""
    if not values:
        raise TypeError("Name at least one attribute to set.")
    schemas = [schema for _value, schema in field.branches()]
    errors: list[ValidationError] = []
    for name, value in values.items():
        attributes_named(field, name)
        found = [list(schema.errors_of_value(name, value)) for schema in schemas]
        errors += found[0] if all(found) else []
    if errors:
        raise ValidationError(errors)
    return values


def _errors(field: AttributesField, row: Any) -> Any:
    value = getattr(row, field.attname)
    return [] if value is None else field.schema_of(row).errors(value)


def _all(conditions: list[Q]) -> Q:
    found = Q()
    for each in conditions:
        found &= each
    return found
