"""A form field with an input for each attribute."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.inputs import input_for
from django_schemapatterns.attributes.schemas import Schema
from django_schemapatterns.schema.documents import dumps, loads

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.attributes.fields import AttributesField


class Posted(dict[str, Any]):
    """What came from a browser: values by attribute, and the text with all others if it was shown."""

    others: str | None = None


class AttributesWidget(forms.Widget):
    """Inputs one below the other, each with its label, unit, help text and errors."""

    template_name = "schemapatterns/widgets/attributes.html"
    use_fieldset = True

    class Media:
        css = {"all": ["schemapatterns/attributes.css"]}

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.schema = Schema([])
        self.inputs: dict[str, forms.Field] = {}
        self.document: Any = {}
        self.errors: dict[str, list[str]] = {}

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Posted:
        posted = Posted(
            (key, each.widget.value_from_datadict(data, files, f"{name}__{key}"))
            for key, each in self.inputs.items()
        )
        posted.others = data.get(f"{name}__")
        return posted

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}__" not in data and all(
            each.widget.value_omitted_from_data(data, files, f"{name}__{key}")
            for key, each in self.inputs.items()
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        context = self.get_context(name, value, attrs)
        id_ = context["widget"]["attrs"].get("id", "")
        context["inputs"] = [self._input(name, key, value, id_, renderer) for key in self.inputs]
        context["others"] = self._others(name, value, id_, renderer)
        context["other_errors"] = [
            error for key, errors in self.errors.items() if key not in self.inputs for error in errors
        ]
        return self._render(self.template_name, context, renderer)  # type: ignore[attr-defined]

    def _input(self, name: str, key: str, value: Any, id_: str, renderer: Any) -> dict[str, Any]:
        field, attribute = self.inputs[key], self.schema.attributes[key]
        input_id = f"{id_}__{key}" if id_ else ""
        shown = value.get(key) if isinstance(value, Posted) else field.prepare_value(_get(value, key))
        errors = self.errors.get(key, [])
        attrs = {**({"id": input_id} if input_id else {}), **({"aria-invalid": "true"} if errors else {})}
        return {
            "attribute": attribute,
            "id": field.widget.id_for_label(input_id),
            "html": field.widget.render(f"{name}__{key}", shown, attrs, renderer),
            "errors": errors,
        }

    def _others(self, name: str, value: Any, id_: str, renderer: Any) -> dict[str, Any] | None:
        text = getattr(value, "others", None)
        text = others_text(self.schema, self.document) if text is None else text
        if text is None and not self.schema.additional:
            return None
        widget, input_id = forms.Textarea(attrs={"rows": 4}), f"{id_}__" if id_ else ""
        html = widget.render(f"{name}__", text or "{}", {"id": input_id} if input_id else {}, renderer)
        return {"id": input_id, "html": html}


class AttributesBoundField(BoundField):
    """Tells the widget which attributes have errors, before it is drawn."""

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: Any = False) -> Any:  # noqa: FBT002
        drawn: Any = widget or self.field.widget
        drawn.errors = {}
        for error in self.errors.as_data():
            key = (getattr(error, "params", None) or {}).get("attribute", "")
            drawn.errors.setdefault(key, []).extend(error.messages)
        return super().as_widget(widget, attrs, only_initial)


class AttributesFormField(forms.Field):
    """
    The form field of an `AttributesField`: an input for each attribute that the object can have.

    What the schema does not know stays as it is; it is shown as JSON, to be corrected or removed.
    """

    widget = AttributesWidget

    def __init__(self, *, model_field: AttributesField, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "required": False})
        self.model_field = model_field

    def get_bound_field(self, form: Any, field_name: str) -> BoundField:
        widget: Any = self.widget
        widget.document = form.get_initial_for_field(self, field_name)
        widget.schema = self.model_field.schema_of(_object_of(form, self.model_field, field_name))
        widget.inputs = {
            name: input_for(attribute, _get(widget.document, name), html_required=form.use_required_attribute)
            for name, attribute in widget.schema.attributes.items()
        }
        return AttributesBoundField(form, self, field_name)

    def clean(self, value: Any) -> Any:
        widget: Any = self.widget
        if not isinstance(value, Posted):
            return value
        found: dict[str, Any] = {}
        errors: list[Any] = []
        for name, attribute in widget.schema.attributes.items():
            try:
                found |= self._value_of(attribute, value.get(name))
            except ValidationError as error:
                errors += list(widget.schema.errors_of(attribute, {name: value.get(name)})) or [error]
        try:
            found |= self._others(widget, value.others)
        except ValidationError as error:
            errors.append(error)
        if errors:
            raise ValidationError(errors)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True

    def _value_of(self, attribute: Attribute, raw: Any) -> dict[str, Any]:
        widget: Any = self.widget
        field, name = widget.inputs[attribute.name], attribute.name
        old = _get(widget.document, name)
        if old is not None and not field.has_changed(field.prepare_value(old), raw):
            return {name: old}
        value = field.clean(raw)
        return {} if value in (None, "", []) else {name: attribute.kind.to_json(value)}

    def _others(self, widget: Any, text: str | None) -> dict[str, Any]:
        if text is None:
            return others(widget.schema, widget.document)
        try:
            found = loads(text or "{}")
        except ValueError as error:
            message = _("Other attributes: this is no JSON (%(reason)s).")
            raise ValidationError(message, code="json", params={"reason": error}) from error
        if not isinstance(found, dict):
            raise ValidationError(_("Other attributes: write an object, such as {}."), code="json")
        if twice := [name for name in found if name in widget.schema.attributes]:
            message = _("Other attributes: %(name)s has an input of its own.")
            raise ValidationError(message, code="json", params={"name": twice[0]})
        return found


def others(schema: Schema, document: Any) -> dict[str, Any]:
    """Return what a document has beside the attributes of a schema."""
    if not isinstance(document, dict):
        return {}
    return {name: value for name, value in document.items() if name not in schema.attributes}


def others_text(schema: Schema, document: Any) -> str | None:
    """Return the same as JSON, None if there is nothing."""
    rest = others(schema, document) if isinstance(document, dict | None) else document
    return dumps(rest) if rest else None


def _get(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, Mapping) else None


def _object_of(form: Any, model_field: AttributesField, field_name: str) -> Model:
    """Return a copy of the form's object, with the values that its attributes may depend on."""
    found = getattr(form, "instance", None)
    instance: Model = model_field.model() if found is None else copy.copy(found)
    if not model_field.by and not callable(model_field.schema):
        return instance
    concrete = {field.name: field for field in instance._meta.concrete_fields}
    for name, field in form.fields.items():
        if name == field_name or name not in concrete or isinstance(field, forms.FileField):
            continue
        if model_field.by in {"", name}:
            _take_over(form, name, field, instance)
    return instance


def _take_over(form: Any, name: str, field: forms.Field, instance: Any) -> None:
    raw = form.get_initial_for_field(field, name)
    if form.is_bound:
        raw = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    try:
        setattr(instance, name, field.clean(raw))
    except ValidationError:  # it will be told at that field
        return
