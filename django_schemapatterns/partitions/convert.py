"""An ordinary table becomes a partitioned one, with its rows, while the shop is open; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from django.db import transaction

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import inventory as inventories, making
from django_schemapatterns.partitions.attaching import Attaching
from django_schemapatterns.partitions.conversion import ALL_ROWS, AS_BEFORE, Conversion
from django_schemapatterns.partitions.filling import Filling
from django_schemapatterns.partitions.inventory import next_values
from django_schemapatterns.partitions.rebuild import Rebuild, beside
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

    from django_schemapatterns.partitions.options import PartitionOptions
    from django_schemapatterns.schema.hidden_rows import HiddenRowsMixin

Strategy = Literal["attach", "copy"]
STRATEGIES: Final[dict[Strategy, type[Conversion]]] = {"attach": Attaching, "copy": Filling}


def convert(
    editor: SchemaEditor,
    model: type[Model],
    options: PartitionOptions,
    *,
    strategy: Strategy = "attach",
    **given: Any,
) -> None:
    """
    Make a partitioned table of a model's ordinary one; one that is partitioned already is left as it is.

        with connection.schema_editor(atomic=False) as editor:
            convert(editor, Order, partition_options(Order))

    strategy: attach the old table as the partition of the past, without a copy, or copy its rows.
    given: `now`, and `progress`, which is called with each step in words.
    Raises ConfigurationError, with a list, when something that hangs on the table can not come along.
    """
    conversion = STRATEGIES[strategy](editor=editor, model=model, options=options, **given)
    with cast("HiddenRowsMixin", editor).knowing_of_hidden_rows():
        conversion.run()


def revert(editor: SchemaEditor, model: type[Model]) -> None:
    """
    Make an ordinary table of a partitioned one: by a copy, with the table locked.

    model: that of the state in which it is an ordinary one.  Raises ConfigurationError when something that
    hangs on it can not come along.
    """
    table = model._meta.db_table
    if not making.is_partitioned(editor.connection, table):
        return
    found = inventories.take(editor.connection, quote(table))
    if refused := [*found.refused, *found.hidden()]:
        lines = "\n".join(f"  - {each}" for each in refused)
        raise ConfigurationError(f"{table} can not be made an ordinary table:\n{lines}")
    rebuild = Rebuild(
        inventory=found,
        table=table,
        old=beside(table, "_partitioned"),
        key=[str(each.column) for each in model._meta.pk_fields],
        clause="",
    )
    values = next_values(editor.connection, found)
    with transaction.atomic(using=editor.connection.alias):
        for statement in (
            "SET CONSTRAINTS ALL IMMEDIATE",
            ALL_ROWS,
            f"LOCK TABLE {rebuild.here} IN ACCESS EXCLUSIVE MODE",
            *rebuild.move_away(),
            *rebuild.create(values),
            rebuild.fill(),
            *rebuild.constrain(),
            f"DROP TABLE {rebuild.there}",
            *rebuild.point_at(),
            *rebuild.finish(),
        ):
            editor.execute(statement, params=None)
        for statement in (*inventories.prove(editor.connection, rebuild.here), AS_BEFORE):
            editor.execute(statement, params=None)
