"""The partitioned models of today, as tables to maintain."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.schema.maintained import MaintainedTable, register


def partitioned_models() -> Iterator[MaintainedTable]:
    """Yield the tables of models that are partitioned by ranges of time."""
    for model in apps.get_models():
        options = None if model._meta.proxy else partition_options(model)
        if options and options.every:
            yield MaintainedTable(
                table=model._meta.db_table,
                label=model._meta.label,
                every=options.every,
                ahead=options.ahead,
                keep=options.keep,
            )


register(partitioned_models)
