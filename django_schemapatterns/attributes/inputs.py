"""The form field of one attribute, which turns what is typed into a value; the schema judges it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.kinds import (
    Boolean,
    Date,
    DateTime,
    Integer,
    Kind,
    ListOf,
    Number,
    pretty,
)

BLANK = ("", "---------")


def input_for(attribute: Attribute, value: Any, *, html_required: bool) -> forms.Field:
    """
    Return the field for an attribute that has a value now, None if it has none.

    A value that may not be chosen any more can be seen, so that nobody removes it without knowing.
    """
    field = _listed(attribute, value) if isinstance(attribute.kind, ListOf) else _single(attribute, value)
    if html_required and attribute.required and field.widget.use_required_attribute(value):
        field.widget.attrs["required"] = True
    return field


class TextField(forms.CharField):
    """A text; whatever else is in the document is shown as JSON."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else pretty(value)


class MomentField(forms.DateTimeField):
    """A date and a time of day in the current time zone."""

    widget = forms.DateTimeInput(
        format="%Y-%m-%dT%H:%M:%S.%f", attrs={"type": "datetime-local", "step": "any"}
    )

    def __init__(self) -> None:
        super().__init__(required=False)

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(self._read(value))

    def to_python(self, value: Any) -> Any:
        return super().to_python(self._read(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def _read(self, value: Any) -> Any:
        try:
            return (
                datetime.fromisoformat(value)
                if isinstance(value, str) and value.endswith("+00:00")
                else value
            )
        except ValueError:
            return value


class LinesField(forms.CharField):
    """A list, one item a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, item: forms.Field) -> None:
        super().__init__(required=False)
        self.item = item

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value and str(value)

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (value or "").splitlines()]
        return [self.item.clean(line) for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "").splitlines() != (data or "").splitlines()


def _single(attribute: Attribute, value: Any) -> forms.Field:
    if attribute.choices:
        choices, coerce = _choices(attribute, [] if value is None else [value])
        return forms.TypedChoiceField(
            choices=[BLANK, *choices], coerce=coerce, empty_value=None, required=False
        )
    return _plain(attribute.kind, attribute)


def _listed(attribute: Attribute, value: Any) -> forms.Field:
    if not attribute.choices:
        return LinesField(_plain(attribute.kind.item, attribute))  # type: ignore[attr-defined]
    choices, coerce = _choices(attribute, value if isinstance(value, list) else [])
    return forms.TypedMultipleChoiceField(
        choices=choices, coerce=coerce, empty_value=[], required=False, widget=forms.CheckboxSelectMultiple
    )


def _choices(attribute: Attribute, present: list[Any]) -> tuple[list[tuple[str, Any]], Callable[[str], Any]]:
    listed = [(attribute.kind.to_json(value), label) for value, label in attribute.choices]
    known = [value for value, _label in listed]
    odd = [(value, pretty(value)) for value in present if value not in known]
    values = {str(value): value for value, _label in [*listed, *odd]}

    def coerce(text: Any) -> Any:
        if str(text) not in values:
            raise ValueError(text)
        return values[str(text)]

    return [(str(value), label) for value, label in [*listed, *odd]], coerce


def _plain(kind: Kind, attribute: Attribute) -> forms.Field:
    limits = {name: getattr(attribute, name) for name in ("min", "max")}
    attrs: dict[str, Any] = {name: str(limit) for name, limit in limits.items() if limit is not None}
    if isinstance(kind, Integer):
        return forms.IntegerField(required=False, widget=forms.NumberInput(attrs=attrs))
    if isinstance(kind, Number):
        return forms.DecimalField(required=False, widget=forms.NumberInput(attrs={"step": "any", **attrs}))
    if isinstance(kind, Boolean):
        return forms.NullBooleanField(required=False, widget=forms.NullBooleanSelect(attrs=attrs))
    if isinstance(kind, DateTime):
        return MomentField()
    if isinstance(kind, Date):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})
        return forms.DateField(required=False, widget=widget, input_formats=["%Y-%m-%d"])
    if attribute.pattern:
        attrs["pattern"] = attribute.pattern
    if attribute.max_length is None and not attribute.pattern:
        return TextField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    if attribute.max_length is not None:
        attrs["maxlength"] = str(attribute.max_length)
    return TextField(required=False, widget=forms.TextInput(attrs=attrs))
