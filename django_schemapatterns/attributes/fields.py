"""The field whose value is a document with attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import JSONField, Model
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.constraints import rules_of
from django_schemapatterns.attributes.jsonschema import json_schema
from django_schemapatterns.attributes.schemas import Schema
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.attach import attach_field_constraints
from django_schemapatterns.schema.documents import DocumentDecoder, DocumentEncoder, dumps, loads

Attributes = Iterable[Attribute]
Choose = Callable[[Any], Attributes]


class AttributesField(JSONField):
    """
    A JSON object whose attributes have types and rules, which the database keeps.

        attributes = AttributesField(schema=[
            Attribute("color", choices=["red", "green"]),
            Attribute("weight", Decimal, min=0, unit="kg"),
        ])

    schema: attributes; with `by`, a mapping from values of that field to attributes; or a callable that takes
    the object and returns attributes, whose rules the database does not know.
    by: the name of another field of the model, on whose value the attributes depend.
    additional: whether documents may have attributes that the schema does not name.

    Other arguments are JSONField's own. The document of a new object has the defaults of the attributes.
    """

    description = _("Attributes")
    empty_values = [None, ""]  # not {}, which may lack what is required

    def __init__(
        self,
        *args: Any,
        schema: Attributes | Mapping[Any, Attributes] | Choose = (),
        by: str = "",
        additional: bool = False,
        **kwargs: Any,
    ) -> None:
        self.schema = schema
        self.by = by
        self.additional = additional
        if bool(by) != isinstance(schema, Mapping):
            raise ConfigurationError(
                "AttributesField: `by` names a field, and `schema` maps its values to attributes; "
                "give both or neither."
            )
        kwargs.setdefault("default", dict)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
        self.encoder, self.decoder = DocumentEncoder, DocumentDecoder
        self._schemas  # noqa: B018 - a wrong declaration is told where it is made

    def deconstruct(self) -> Any:
        """Leave out the schema: migrations have its rules as constraints."""
        name, _path, args, kwargs = super().deconstruct()
        for option in ("encoder", "decoder"):
            kwargs.pop(option, None)
        return name, "django_schemapatterns.fields.AttributesField", args, kwargs

    @cached_property
    def _schemas(self) -> dict[Any, Schema]:
        if callable(self.schema):
            return {}
        given = self.schema if isinstance(self.schema, Mapping) else {None: self.schema}
        return {value: Schema(each, additional=self.additional) for value, each in given.items()}

    def branches(self) -> list[tuple[Any, Schema]]:
        """Return (value, schema) for each value that `by` can have, None for any other."""
        if callable(self.schema):
            return [(None, Schema([], additional=True))]
        other = {None: Schema([], additional=self.additional)}
        return list((self._schemas if not self.by else {**other, **self._schemas}).items())

    def schema_of(self, instance: Any) -> Schema:
        """Return the attributes that the document of an object can have."""
        if callable(self.schema):
            return Schema(self.schema(instance), additional=self.additional)
        return self.schema_for(getattr(instance, self._by_attname(instance)) if self.by else None)

    def schema_for(self, value: Any) -> Schema:
        """Return the attributes for a value of the field that `by` names."""
        found = self._schemas.get(value)
        return found if found is not None else Schema([], additional=self.additional)

    def json_schema(self, value: Any = None) -> dict[str, Any]:
        """
        Return the schema as JSON Schema, for other programs.

            Product._meta.get_field("attributes").json_schema()

        value: of the field that `by` names.  Raises ConfigurationError if a callable chooses the schema: call
        `json_schema_of()` with an object then.
        """
        if callable(self.schema):
            raise ConfigurationError(
                f"The schema of {self} depends on the object: call json_schema_of(object)."
            )
        return json_schema(self.schema_for(value))

    def json_schema_of(self, instance: Any) -> dict[str, Any]:
        """Return the JSON Schema for the document of an object."""
        return json_schema(self.schema_of(instance))

    def every_attribute(self) -> dict[str, Attribute]:
        """Return the attributes of all schemas; of those that share a name, the first."""
        found: dict[str, Attribute] = {}
        for _value, schema in self.branches():
            found = {**schema.attributes, **found}
        return found

    def get_default(self) -> Any:
        given = super().get_default()
        plain = isinstance(given, dict) and not self.by and not callable(self.schema)
        return {**self._schemas[None].defaults(), **given} if plain else given

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return loads(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            return super().from_db_value(value, expression, connection)
        except RecursionError:  # written before there was a rule
            return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if connection.vendor != "postgresql":
            return super().get_db_prep_value(value, connection, prepared)
        # Django would make an encoder for each value, since it is not the standard library's.
        return Jsonb(value if prepared else self.get_prep_value(value), dumps=dumps)

    def validate(self, value: Any, model_instance: Any) -> None:
        # JSONField's own rule, that the value can be written, would fail where ours explains.
        super(JSONField, self).validate(value, model_instance)
        errors = [] if value is None else list(self.schema_of(model_instance).errors(value))
        if errors:
            raise ValidationError(errors)

    def formfield(self, **kwargs: Any) -> Any:
        from django_schemapatterns.attributes.forms import AttributesFormField

        given = {
            "form_class": AttributesFormField,
            "model_field": self,
            "initial": self.get_default,
            **kwargs,
        }
        return super(JSONField, self).formfield(**{**given, "show_hidden_initial": False})

    def value_to_string(self, obj: Model) -> Any:
        """Return the document as JSON text, since fixtures would turn its numbers into text."""
        value = self.value_from_object(obj)
        return None if value is None else dumps(value)

    def _by_attname(self, instance: Any) -> str:
        return str(instance._meta.get_field(self.by).attname)


attach_field_constraints(AttributesField, rules_of)
