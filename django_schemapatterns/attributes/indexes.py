"""Indexes that serve what is asked of attributes."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Index
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from django_schemapatterns.schema import names


class _NamedIndex(names.NamedByModel, Index):
    """An index whose name may be as long as PostgreSQL lets it be."""

    max_name_length = names.MAX_BYTES


class AttributesIndex(_NamedIndex, GinIndex):
    """
    Serves equality, `in`, `has`, `has_any` and `has_all` of every attribute, alone and together.

        class Meta:
            indexes = [AttributesIndex("attributes")]

    Other arguments are GinIndex's own; the name is optional. It is of the class `jsonb_path_ops`, which is
    small and for containment only.
    """

    def __init__(self, field_name: str, *, name: str = "", **kwargs: Any) -> None:
        self.field_name = field_name
        name = name or f"%(app_label)s_%(class)s_{field_name}_gin"
        super().__init__(fields=[field_name], name=name, opclasses=["jsonb_path_ops"], **kwargs)

    def deconstruct(self) -> Any:
        _path, _expressions, kwargs = super().deconstruct()
        given = {key: value for key, value in kwargs.items() if key not in {"fields", "opclasses"}}
        return "django_schemapatterns.indexes.AttributesIndex", (self.field_name,), given


class AttributeIndex(_NamedIndex):
    """
    Serves comparisons of one attribute, `attributes__weight=2`, and the order by it.

        class Meta:
            indexes = [
                AttributeIndex("attributes", "weight"),
                AttributeIndex("attributes", "name", prefix=True),
            ]

    prefix: serve `startswith` of a text instead.  Other arguments are Index's own; the name is optional.
    """

    def __init__(
        self, field_name: str, attribute: str, *, prefix: bool = False, name: str = "", **kwargs: Any
    ) -> None:
        self.field_name = field_name
        self.attribute = attribute
        self.prefix = prefix
        value: Any = KeyTransform(attribute, field_name)
        if prefix:
            value = OpClass(KeyTextTransform(attribute, field_name), name="text_pattern_ops")
        role = "_prefix" if prefix else ""
        plain = names.slug(attribute) or names.digest(attribute)
        super().__init__(value, name=name or f"%(app_label)s_%(class)s_{field_name}_{plain}{role}", **kwargs)

    def deconstruct(self) -> Any:
        _path, _expressions, kwargs = super().deconstruct()
        if self.prefix:
            kwargs["prefix"] = True
        return "django_schemapatterns.indexes.AttributeIndex", (self.field_name, self.attribute), kwargs
