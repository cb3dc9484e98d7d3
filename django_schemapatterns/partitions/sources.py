"""The partitioned models of today, as tables to maintain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.apps import apps

from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.schema.maintained import MaintainedTable, register

if TYPE_CHECKING:
    from django.db.models import Model


def maintained(model: type[Model]) -> MaintainedTable | None:
    """Return the table of a model, None when it is not partitioned by ranges of time."""
    options = None if model._meta.proxy else partition_options(model)
    if options is None or options.every is None:
        return None
    return MaintainedTable(
        table=model._meta.db_table,
        label=model._meta.label,
        every=options.every,
        ahead=options.ahead,
        keep=options.keep,
    )


def partitioned_models() -> Iterator[MaintainedTable]:
    """Yield the tables of models that are partitioned by ranges of time."""
    for model in apps.get_models():
        if table := maintained(model):
            yield table


register(partitioned_models)
