"""What the column of a vector holds, as queries see it."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres import search

from django_schemapatterns.search.queries import cleaned


class Vector(search.SearchVectorField):  # type: ignore[type-arg]
    """The column; its configuration is that of the texts it is compared with."""

    def __init__(self, *args: Any, config: str, **kwargs: Any) -> None:
        self.config = config
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "config": self.config}


@Vector.register_lookup
class Matches(search.SearchVectorExact):
    """`filter(search_vector="two words")`; Django would leave the configuration to a setting."""

    def process_rhs(self, qn: Any, connection: Any) -> Any:
        if not hasattr(self.rhs, "resolve_expression"):
            config = self.lhs.output_field.config
            self.rhs = search.SearchQuery(cleaned(self.rhs), config=config)
        return super().process_rhs(qn, connection)
