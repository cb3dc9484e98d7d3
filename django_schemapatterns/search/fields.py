"""The column that full-text search looks at."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.search.columns import Vector
from django_schemapatterns.search.texts import template
from django_schemapatterns.search.vectors import SearchVector

if TYPE_CHECKING:
    from django.db.models import Model

WEIGHTS: Final = ("A", "B", "C", "D")
# Words as they are written: no stems, no stop words.
PLAIN: Final = "simple"
_CONFIG = re.compile(r"([a-z_]\w*\.)?[a-z_]\w*", re.IGNORECASE | re.ASCII)


class SearchVectorField(models.GeneratedField):
    """
    The words of other fields, which PostgreSQL keeps up to date in a generated column.

        search_vector = fields.SearchVectorField(
            ["name", "description", "tags"], weights={"name": "A", "description": "B"}, config="english"
        )

    fields: names of fields of the same table: texts, numbers, lists of them, and JSON, whose values count.
    weights: of fields, from A (most) to D, which is what others have.
    config: the text search configuration, perhaps with its schema; `SELECT cfgname FROM pg_ts_config` lists
    those that there are.
    prefixes: keep the words as they are written, too, so that `search(prefix=True)` finds a word by whatever
    beginning.

    A text with more words than the 1 MB that PostgreSQL has room for is found by its beginning. Raises
    ConfigurationError for a declaration that can not be.
    """

    description = _("Search vector")
    # An instance reads it when asked for it; nothing is gained by sending it along with each INSERT.
    db_returning = False  # type: ignore[assignment]
    # The values follow from columns that a log of changes holds already.
    is_derived = True
    calls_functions = True
    functions = (("search", "search_list.v1"), ("search", "search_json.v1"), ("search", "search_vector.v1"))

    def __init__(
        self,
        fields: Sequence[str],
        *,
        weights: Mapping[str, str] | None = None,
        config: str,
        prefixes: bool = False,
        **kwargs: Any,
    ) -> None:
        self.fields = _checked_fields(fields)
        self.weights = _checked_weights(weights or {}, self.fields)
        self.config = _checked_config(config)
        self.prefixes = prefixes
        vector = SearchVector(self.fields, "".join(map(self.weight, self.fields)), self.configs)
        implied = {
            "output_field": Vector(config=config),
            "db_persist": True,
            "serialize": False,
            "null": True,
        }
        super().__init__(expression=vector, **{**kwargs, **implied})

    def db_type(self, connection: Any) -> str:
        return "tsvector"

    @property
    def configs(self) -> tuple[str, ...]:
        """Return the configurations that the words are kept by."""
        return tuple(dict.fromkeys([self.config, PLAIN] if self.prefixes else [self.config]))

    def weight(self, name: str) -> str:
        return self.weights.get(name, WEIGHTS[-1])

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("expression", "output_field", "db_persist", "serialize", "null"):
            kwargs.pop(implied, None)
        kwargs["fields"] = list(self.fields)
        kwargs["config"] = self.config
        if self.weights:
            kwargs["weights"] = dict(sorted(self.weights.items()))
        if self.prefixes:
            kwargs["prefixes"] = True
        return name, "django_schemapatterns.fields.SearchVectorField", args, kwargs

    def renamed_as(self, other: Any) -> SearchVectorField | None:
        """
        Return the same field by the names that its sources have in the model, None if they can not be told.

        While a migration renames a source, one of the two fields names what is not there: what the other
        names in its place is meant, if that is certain.
        """
        present = {field.name for field in self.model._meta.local_concrete_fields}
        theirs = getattr(other, "fields", ())
        lost = [name for name in self.fields if name not in present]
        new = [name for name in theirs if name not in self.fields]
        same_weights = [self.weight(name) for name in lost] == [other.weight(name) for name in new]
        if len(lost) != len(new) or not present.issuperset(new) or (len(lost) > 1 and not same_weights):
            return None
        renamed = dict(zip(lost, new, strict=True))
        names = [renamed.get(name, name) for name in self.fields]
        field: Any = copy(self)
        field.expression = SearchVector(names, "".join(map(self.weight, self.fields)), self.configs)
        return field  # type: ignore[no-any-return]

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        problems = [problem for name in self.fields if (problem := self._check_source(name))]
        # What Django says of an expression that can not be resolved helps nobody.
        return problems or super().check(**kwargs)

    def _check_source(self, name: str) -> checks.CheckMessage | None:
        model: type[Model] = self.model
        own = {field.name: field for field in model._meta.local_concrete_fields if not field.generated}
        if name not in own:
            return self._unknown(name, sorted(own))
        if template(own[name]):
            return None
        return checks.Error(
            f"Search can not read {name!r}, a {type(own[name]).__name__}, "
            "whose text depends on more than its value.",
            hint="Texts, numbers, lists of them and JSON can be searched. Filter by other fields.",
            obj=self,
            id="schemapatterns.E641",
        )

    def _unknown(self, name: str, own: list[str]) -> checks.CheckMessage:
        near = difflib.get_close_matches(name, own, n=1)
        table = self.model._meta.db_table
        return checks.Error(
            f"Search names {name!r}, which is no field with a column of its own in {table}"
            f"{self._elsewhere(name)}.",
            hint=f"Did you mean {near[0]!r}?" if near else f"The fields are {', '.join(own)}.",
            obj=self,
            id="schemapatterns.E640",
        )

    def _elsewhere(self, name: str) -> str:
        try:
            field: Any = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return ""
        if getattr(field, "generated", False):
            return ": a generated column can not be made from another"
        return f", but in {field.model._meta.db_table}" if field.model is not self.model else ""


def _checked_fields(fields: Any) -> tuple[str, ...]:
    names = () if isinstance(fields, str | Mapping) else tuple(fields)
    if not names or not all(isinstance(name, str) for name in names):
        raise ConfigurationError(
            f'SearchVectorField: name the fields to search, as in ["name", "description"], not {fields!r}.'
        )
    if double := {name for name in names if names.count(name) > 1}:
        raise ConfigurationError(f"SearchVectorField: {min(double)!r} is named twice.")
    return names


def _checked_weights(weights: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    for name, weight in weights.items():
        if name not in fields:
            raise ConfigurationError(
                f"SearchVectorField: a weight is for {name!r}, which is not among the fields: "
                f"{', '.join(fields)}."
            )
        if weight not in WEIGHTS:
            raise ConfigurationError(
                f"SearchVectorField: the weight of {name!r} is A, B, C or D, not {weight!r}."
            )
    return dict(weights)


def _checked_config(config: Any) -> str:
    if isinstance(config, str) and _CONFIG.fullmatch(config):
        return config
    raise ConfigurationError(
        'SearchVectorField: config is the name of a text search configuration, as "english" or '
        f'"public.english_unaccent", not {config!r}: what a generated column is made from must not change '
        "from row to row."
    )
