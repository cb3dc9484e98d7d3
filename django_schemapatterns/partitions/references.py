"""A foreign key of the database to a table whose primary key has got the partition key as a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from django.core import checks
from django.db import models
from django.db.models.expressions import BaseExpression, Combinable

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.keys import remembered
from django_schemapatterns.partitions.options import PartitionOptions, partition_options
from django_schemapatterns.partitions.triggers import PartitionKeyTrigger
from django_schemapatterns.schema.attach import attach_field_constraints, attach_field_triggers
from django_schemapatterns.schema.names import quote, shorten
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.migrations.operations.base import Operation
    from django.db.models import Model

    _DateTimeField = models.DateTimeField[Any, Any]
else:
    _DateTimeField = models.DateTimeField

OnDelete = Literal["NO ACTION", "RESTRICT", "CASCADE"]


class PartitionKeyField(_DateTimeField):
    """
    What says, beside a foreign key, in which partition its row is; so that the database can enforce both.

        class OrderItem(models.Model):
            order = models.ForeignKey(Order, models.CASCADE, db_constraint=False)
            order_created_at = fields.PartitionKeyField("order", on_delete="CASCADE")

    of: the name of the ForeignKey, to a model in the surrogate mode that is partitioned by a DateTimeField.
    on_delete: what the database does when that row is deleted by SQL: NO ACTION, RESTRICT or CASCADE.
    The database fills the column in, and changes it when the row moves to another partition.
    """

    db_returning = True

    def __init__(self, of: str, *, on_delete: OnDelete = "NO ACTION", **kwargs: Any) -> None:
        self.of, self.on_delete = of, on_delete
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        kwargs.pop("blank", None)
        if self.on_delete != "NO ACTION":
            kwargs["on_delete"] = self.on_delete
        return name, "django_schemapatterns.fields.PartitionKeyField", args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        """Take the key from the related row where that is at hand; the database looks it up otherwise."""
        relation: Any = model_instance._meta.get_field(self.of)
        related = relation.get_cached_value(model_instance, default=None)
        if related is not None and (options := partition_options(type(related))):
            attname = related._meta.get_field(options.name).attname
            known = remembered(related).get(attname, related.__dict__.get(attname))
            if known is not None and not isinstance(known, BaseExpression | Combinable):
                setattr(model_instance, self.attname, known)
        return super().pre_save(model_instance, add)

    def filled_by(self, model_name: str, name: str) -> Operation:
        """Return the operation that fills the field in for the rows that were there before it."""
        from django_schemapatterns.partitions.operations import FillPartitionKey

        return FillPartitionKey(model_name, name)

    def constraint_name(self, model: type[Model]) -> str:
        return shorten(f"{model._meta.db_table.replace(chr(34), '').replace('.', '_')}_{self.column}_fk")

    def check(self, **kwargs: Any) -> list[Any]:
        return [*super().check(**kwargs), *self._check_relation()]

    def _check_relation(self) -> list[Any]:
        try:
            pointed_at(self.model, self)
        except ConfigurationError as error:
            return [checks.Error(str(error), obj=self, id="schemapatterns.E506")]
        return []


def pointed_at(model: type[Model], field: PartitionKeyField) -> tuple[Any, PartitionOptions]:
    """Return the ForeignKey beside a field and how its target is partitioned; raises ConfigurationError."""
    where = f"{model._meta.label}.{field.name}"
    relation: Any = next((each for each in model._meta.local_fields if each.name == field.of), None)
    if relation is None or not relation.is_relation:
        raise ConfigurationError(f"{where} names {field.of!r}, which is no ForeignKey of the model.")
    target = relation.remote_field.model
    options = partition_options(target) if not isinstance(target, str) else None
    if options is None or options.key != "surrogate":
        raise ConfigurationError(
            f"{where}: {relation.name} does not point at a model that is partitioned in the surrogate mode; "
            "an ordinary ForeignKey does."
        )
    if not isinstance(target._meta.get_field(options.name), models.DateTimeField):
        raise ConfigurationError(f"{where}: {target._meta.label} is not partitioned by a DateTimeField.")
    if relation.db_constraint:
        raise ConfigurationError(
            f"{where}: say db_constraint=False in {relation.name}; the database enforces it with this field."
        )
    if relation.null != field.null:
        raise ConfigurationError(f"{where}: null must be {relation.null}, as it is in {relation.name}.")
    return relation, options


class PartitionForeignKey(SchemaObject):
    """
    The foreign key of a PartitionKeyField, in the database; the field brings it along.

    fields: the ForeignKey and the field.  on_delete: NO ACTION, RESTRICT or CASCADE.
    """

    def __init__(self, *, name: str, fields: Sequence[str], on_delete: OnDelete = "NO ACTION") -> None:
        self.fields, self.on_delete = tuple(fields), on_delete
        super().__init__(name=name)

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, args, {**kwargs, "fields": self.fields, "on_delete": self.on_delete}

    def create(self, model: type[Model]) -> str:
        field: Any = model._meta.get_field(self.fields[1])
        relation, options = pointed_at(model, field)
        target = relation.remote_field.model
        own = ", ".join(quote(str(each.column)) for each in (relation, field))
        theirs = f"{quote(relation.target_field.column)}, {quote(options.by)}"
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({own}) REFERENCES {quote(target._meta.db_table)} ({theirs}) "
            f"ON UPDATE CASCADE ON DELETE {self.on_delete} DEFERRABLE INITIALLY DEFERRED"
        )

    def remove(self, model: type[Model]) -> str:
        table = quote(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote(self.name)}"


def fill_sql(model: type[Model], field: Any) -> str:
    """Return the statement that fills a field in where it is null."""
    relation: Any = model._meta.get_field(field.of)
    target = relation.remote_field.model
    options = partition_options(target)
    by = quote(options.by) if options else ""
    table, key = quote(model._meta.db_table), quote(str(field.column))
    return (
        f"UPDATE {table} AS child SET {key} = parent.{by} FROM {quote(target._meta.db_table)} AS parent "  # noqa: S608
        f"WHERE child.{quote(relation.column)} = parent.{quote(relation.target_field.column)} "
        f"AND child.{key} IS NULL"
    )


def foreign_keys(field: PartitionKeyField, model: type[Model]) -> list[PartitionForeignKey]:
    name = field.constraint_name(model)
    return [PartitionForeignKey(name=name, fields=(field.of, field.name), on_delete=field.on_delete)]


def key_triggers(field: PartitionKeyField, model: type[Model]) -> list[PartitionKeyTrigger]:
    return [PartitionKeyTrigger(field.name)]


attach_field_constraints(PartitionKeyField, foreign_keys)
attach_field_triggers(PartitionKeyField, key_triggers)
