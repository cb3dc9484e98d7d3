"""The expression that a vector is generated from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres import search
from django.db.models import F, Func

from django_schemapatterns.schema.names import literal
from django_schemapatterns.search.texts import Text


class SearchVector(Func):
    """
    The words of fields, each with the weight at its place in `weights`, by each of the configurations.

    All of it is written into the SQL: nothing of a generated column may depend on a setting.
    """

    output_field = search.SearchVectorField()

    def __init__(self, fields: Sequence[str], weights: str, configs: Sequence[str]) -> None:
        self.weights = weights
        self.configs = tuple(configs)
        super().__init__(*(Text(F(field)) for field in fields))

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        texts: list[str] = []
        params: list[Any] = []
        for source in self.get_source_expressions():
            sql, its_params = compiler.compile(source)
            texts.append(sql)
            params.extend(its_params)
        configs = ", ".join(f"{literal(config)}::regconfig" for config in self.configs)
        arguments = ", ".join([f"ARRAY[{configs}]", literal(self.weights), *texts])
        return f"schemapatterns.search_vector({arguments})", params
