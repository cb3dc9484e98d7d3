"""An ordinary table becomes a partitioned one, with its rows, while the shop is open; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import inventory as inventories, making
from django_schemapatterns.partitions.attaching import Attaching
from django_schemapatterns.partitions.conversion import ALL_ROWS, AS_BEFORE, Conversion
from django_schemapatterns.partitions.filling import Filling
from django_schemapatterns.partitions.inventory import next_values
from django_schemapatterns.partitions.options import PartitionOptions, partition_options
from django_schemapatterns.partitions.rebuild import Rebuild, beside
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

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


def convert_model(
    name: Any,
    *,
    using: str = DEFAULT_DB_ALIAS,
    strategy: Strategy = "attach",
    progress: Callable[[str], None] = lambda step: None,
    dry_run: bool = False,
) -> bool:
    """
    Convert the table of a model as its declaration says; return whether it was an ordinary one.

        partitions.convert_model("shop.Order", strategy="copy")

    It is what the migration does that makemigrations writes, and which leaves the table alone then.

    name: a model, or its label.  strategy: see ConvertToPartitioned.  progress: is called with each step.
    dry_run: look whether everything can come along, and change nothing.
    Raises ConfigurationError, with a list, when something that hangs on the table can not come along.
    """
    model = _model(name)
    options = partition_options(model)
    if options is None:
        raise ConfigurationError(
            f"{model._meta.label} does not say how it is partitioned: derive it from PartitionedModel."
        )
    with connections[using].schema_editor(atomic=False) as editor:
        if making.is_partitioned(editor.connection, model._meta.db_table):
            return False
        if dry_run:
            STRATEGIES[strategy](editor=editor, model=model, options=options).look()
        else:
            convert(editor, model, options, strategy=strategy, progress=progress)
    return True


def _model(name: Any) -> Any:
    if not isinstance(name, str):
        return name
    try:
        return apps.get_model(name)
    except (LookupError, ValueError):
        raise ConfigurationError(f"There is no model {name!r}; a label is like 'shop.Order'.") from None


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
