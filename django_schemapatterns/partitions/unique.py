"""A rule that PostgreSQL has for one partition only: unique in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.core import checks
from django.db.models import UniqueConstraint
from django.db.models.signals import class_prepared

from django_schemapatterns.partitions.triggers import ACTIONS, UniqueTrigger
from django_schemapatterns.schema.attach import add_triggers, owns_table
from django_schemapatterns.schema.names import SCHEMA, NamedByModel, quote, shorten
from django_schemapatterns.schema.objects import SchemaObject
from django_schemapatterns.schema.triggers import SCHEMA_SQL

if TYPE_CHECKING:
    from django.db.models import Model

NO_FIELDS: Final = "schemapatterns.E507"


class UniqueAcrossPartitions(NamedByModel, SchemaObject):
    """
    Unique in the whole of a partitioned table, whichever partition a row is in.

        class Meta:
            constraints = [UniqueAcrossPartitions(fields=["order_number"])]

    fields: what is unique together; rows with a null among them are left out.
    Triggers keep the values in a table of their own, in the schema `schemapatterns`; those of a partition
    that is detached stay taken.
    """

    def __init__(self, *, fields: Sequence[str], name: str = "", **kwargs: Any) -> None:
        self.fields = tuple(fields)
        if not self.fields:
            raise ValueError("UniqueAcrossPartitions needs the names of the fields that are unique together.")
        super().__init__(name=name or "_".join(["%(app_label)s_%(class)s", *fields, "unique"]), **kwargs)

    @property
    def register(self) -> str:
        """The table of the values, quoted as a `db_table` may be."""
        return f'"{SCHEMA}".{quote(shorten(f"{self.name}_values"))}'

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, args, {**kwargs, "fields": self.fields}

    def create(self, model: type[Model]) -> str:
        table = quote(model._meta.db_table)
        fields: list[Any] = [model._meta.get_field(name) for name in self.fields]
        columns = [quote(str(each.column)) for each in fields]
        listed, known = ", ".join(columns), " AND ".join(f"{column} IS NOT NULL" for column in columns)
        values = f"SELECT {listed} FROM {table} WHERE {known}"  # noqa: S608
        return (
            f"{SCHEMA_SQL}"
            # Until the triggers are there, too.
            f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;\n"
            f"CREATE TABLE {self.register} AS {values};\n"
            f"ALTER TABLE {self.register} ADD CONSTRAINT {quote(self.name)} UNIQUE ({listed})"
        )

    def remove(self, model: type[Model]) -> str:
        return f"DROP TABLE IF EXISTS {self.register}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        self._rule().validate(model, instance, exclude, using)

    def _rule(self) -> UniqueConstraint:
        return UniqueConstraint(
            fields=self.fields,
            name=self.name,
            violation_error_code=self.violation_error_code,
            violation_error_message=self.violation_error_message
            if self.violation_error_message != self.default_violation_error_message
            else None,
        )

    def check(self, model: type[Model], connection: Any) -> list[Any]:
        known = {each.name for each in model._meta.local_concrete_fields}
        if missing := [name for name in self.fields if name not in known]:
            text = f"The constraint {self.name} names {missing[0]!r}, which is no column of the table."
            return [checks.Error(text, obj=model, id=NO_FIELDS)]
        return []

    _check = check


def attach(sender: type[Model], **kwargs: Any) -> None:
    """Give a model the triggers of its constraints."""
    if not owns_table(sender):
        return
    for constraint in sender._meta.constraints:
        if isinstance(constraint, UniqueAcrossPartitions):
            add_triggers(sender, [UniqueTrigger(action, constraint) for action in ACTIONS])


class_prepared.connect(attach, dispatch_uid="schemapatterns.unique_across_partitions")
