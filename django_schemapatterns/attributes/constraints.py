"""The rules of attributes as CHECK constraints, one an attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, CheckConstraint, Expression
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.kinds import Value, shown
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import names
from django_schemapatterns.schema.documents import MAX_DEPTH
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.attributes.fields import AttributesField
    from django_schemapatterns.attributes.schemas import Schema


class Condition(Expression):
    """A condition that is written in SQL, about columns of one table."""

    output_field = BooleanField()

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.sql.replace("%", "%%"), []


class AttributesRule(CheckConstraint):
    """
    A rule that an `AttributesField` gives to its table; migrations name it, you need not.

    sql: the condition as it was when the migration was written.
    field, attribute, message: what an error says; not in migrations.
    """

    proven_later = True

    def __init__(
        self, *, name: str, sql: str, field: str = "", attribute: str = "", message: Any = None
    ) -> None:
        self.sql = sql
        self.field = field
        self.attribute = attribute
        super().__init__(
            name=name,
            condition=Condition(sql),
            violation_error_message=message,
            violation_error_code="invalid",
        )

    def deconstruct(self) -> Any:
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, (), {"name": self.name, "sql": self.sql}

    def clone(self) -> Any:
        return type(self)(
            name=self.name,
            sql=self.sql,
            field=self.field,
            attribute=self.attribute,
            message=self.violation_error_message,
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return _on_postgresql(schema_editor, super().constraint_sql, model)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return _on_postgresql(schema_editor, super().create_sql, model)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return _on_postgresql(schema_editor, super().remove_sql, model)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The field has asked the same already, without the database."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AttributesRule) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.sql))


def rules_of(field: AttributesField, model: type[Model]) -> Iterator[AttributesRule]:
    """Return the rules of a field, the one about the whole document first."""
    _check_declaration(field, model)
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_{field.name}"
    branches = field.branches()
    yield AttributesRule(
        name=names.shorten(prefix),
        sql=_by(model, field, [(value, _whole(field, schema)) for value, schema in branches]),
        field=field.name,
        message=lazy(_whole_in_words, str)(field),
    )
    for name in dict.fromkeys(name for _value, schema in branches for name in schema.attributes):
        having = [(value, schema.attributes[name]) for value, schema in branches if name in schema.attributes]
        yield AttributesRule(
            name=names.shorten(f"{prefix}_{_slug(name)}"),
            sql=_by(model, field, [(value, _condition(field, each)) for value, each in having]),
            field=field.name,
            attribute=name,
            message=lazy(_in_words, str)([each for _value, each in having]),
        )


def _check_declaration(field: AttributesField, model: type[Model]) -> None:
    place = f"{model._meta.label}.{field.name}"
    if not field.schema and not field.additional:
        raise ConfigurationError(
            f"{place} has no schema, so its documents could have no attributes. Give it a schema, or "
            "additional=True if any attribute is welcome."
        )
    columns = [each.name for each in model._meta.local_concrete_fields if each is not field]
    if field.by and field.by not in columns:
        raise ConfigurationError(
            f"{place} depends on the field {field.by!r}; the fields in its table are {shown(columns)}."
        )


def _on_postgresql(schema_editor: Any, make: Any, model: Any) -> Any:
    return make(model, schema_editor) if schema_editor.connection.vendor == "postgresql" else None


def _by(model: type[Model], field: AttributesField, branches: list[tuple[Any, str]]) -> str:
    """Return a condition that depends on the value of another field, if it does."""
    if not field.by:
        return branches[0][1]
    other: Any = model._meta.get_field(field.by)
    cases = "".join(
        f" WHEN {_constant(other, value)} THEN {sql}" for value, sql in branches if value is not None
    )
    otherwise = next((sql for value, sql in branches if value is None), "TRUE")
    return f"CASE {quote(other.column)}{cases} ELSE {otherwise} END"


def _constant(other: Any, value: Any) -> str:
    prepared = (other.target_field if other.is_relation else other).get_prep_value(value)
    return str(prepared) if isinstance(prepared, int) else literal(str(prepared))


def _whole(field: AttributesField, schema: Schema) -> str:
    """Return the condition on what a document is, and on the names in it."""
    column = _column(field)
    known = f"ARRAY[{', '.join(map(literal, schema.attributes))}]::text[]"
    # What takes names away fails where there are none, so it must not be asked of anything but an object.
    names_known = (
        f"CASE WHEN jsonb_typeof({column}) = 'object' THEN {column} - {known} = '{{}}' ELSE FALSE END"
    )
    flat = f"""jsonb_typeof({column}) = 'object' AND NOT {column} @? '$.**{{{MAX_DEPTH + 1}}}'"""
    return f"{_or_null(field)}({flat if schema.additional else names_known}) IS TRUE"


def _condition(field: AttributesField, attribute: Attribute) -> str:
    column, name = _column(field), literal(attribute.name)
    value = Value(f"({column} -> {name})", f"({column} ->> {name})")
    rules = " AND ".join(attribute.kind.conditions(attribute, value))
    missing = _or_null(field) if attribute.required else f"{value.json} IS NULL OR "
    return f"{missing}({rules}) IS TRUE"


def _column(field: AttributesField) -> str:
    return quote(str(field.column))


def _or_null(field: AttributesField) -> str:
    return f"{_column(field)} IS NULL OR " if field.null else ""


def _slug(name: str) -> str:
    plain = names.slug(name)
    return plain if plain == name else f"{plain}_{names.digest(name)}".lstrip("_")


def _whole_in_words(field: AttributesField) -> str:
    known = dict.fromkeys(name for _value, schema in field.branches() for name in schema.attributes)
    text = _("%(field)s must be an object with names and values; it may have: %(known)s.") % {
        "field": field.name,
        "known": _("any") if field.additional else shown(known),
    }
    return text.replace("%", "%%")


def _in_words(attributes: Iterable[Attribute]) -> str:
    rules = dict.fromkeys(
        _("%(name)s must be %(rule)s") % {"name": each.name, "rule": each.rule} for each in attributes
    )
    required = any(each.required for each in attributes)
    text = _(" or ").join(rules) + (_(", and is required") if required else "")
    return f"{text}.".replace("%", "%%")
