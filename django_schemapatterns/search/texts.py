"""What search reads in a column, by the column's type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func

from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.free import free_objects

if TYPE_CHECKING:
    from django.db.models import Field

# Types whose texts depend on the value alone. That of a date follows a setting, that of an enum its labels.
_NUMBERS: Final = {"smallint", "integer", "bigint", "numeric", "smallserial", "serial", "bigserial"}
_TEXTS: Final = {"text", "varchar", "char", "citext", "uuid", "inet", *_NUMBERS}


# What a generated column calls, and the same for queries, which need no right to our schema for it.
_LIST: Final = ("schemapatterns.search_list(%s::text[])", "array_to_string(%s::text[], ' ')")
_LEAVES: Final = 'strict $.** ? (@.type() == "string" || @.type() == "number")'
_JSON: Final = (
    "schemapatterns.search_json(%s)",
    f"(SELECT string_agg(value #>> '{{}}', ' ') FROM jsonb_path_query(%s, '{_LEAVES}') AS value)",  # noqa: S608
)


def template(field: Field[Any, Any], *, in_query: bool = False) -> str | None:
    """Return the SQL of a column's text, with %s for the column; None for a type that can not be searched."""
    if field.is_relation:
        return None
    if isinstance(field, ArrayField):
        items: Any = field.base_field
        while isinstance(items, ArrayField):
            items = items.base_field
        return _LIST[in_query] if _base_type(items) in _TEXTS else None
    if isinstance(field, models.JSONField):
        return _JSON[in_query]
    return "%s::text" if _base_type(field) in _TEXTS else None


def _base_type(field: Field[Any, Any]) -> str:
    """Return the column's type without its size; of a domain, what its values are made of."""
    free = free_objects(field)
    name = getattr(free[0], "db_type", "") if free else field.db_type(postgresql())
    return re.sub(r"\(.*|\s.*", "", name or "").lower()


class Text(Func):
    """What search reads of one field."""

    output_field = models.TextField()
    in_query = False

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        (source,) = self.get_source_expressions()
        sql, params = compiler.compile(source)
        text = template(source.output_field, in_query=self.in_query) or "%s::text"
        return text.replace("%s", sql), params


class QueryText(Text):
    """The same in a query."""

    in_query = True
