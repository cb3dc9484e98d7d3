"""The attributes of a document together: which there are, which must be, and whether others may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_schemapatterns.attributes.attribute import Attribute, near
from django_schemapatterns.attributes.kinds import pretty, shown
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import documents


class Schema:
    """
    Attributes by name, in their order.

    additional: whether documents may have others, of any type.
    """

    def __init__(self, attributes: Iterable[Attribute], *, additional: bool = False) -> None:
        listed = list(attributes)
        self.attributes = {attribute.name: attribute for attribute in listed}
        self.additional = additional
        names = [attribute.name for attribute in listed]
        for name in self.attributes:
            if names.count(name) > 1:
                raise ConfigurationError(f"The attribute {name!r} is declared twice.")

    def defaults(self) -> dict[str, Any]:
        """Return the document of a new object."""
        found = {name: attribute.get_default() for name, attribute in self.attributes.items()}
        return {name: value for name, value in found.items() if value is not None}

    def to_json(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the document with values as JSON has them, such as a date as text."""
        return {name: self._plain(name, value) for name, value in document.items()}

    def errors(self, document: Any) -> Iterator[ValidationError]:
        """Find what is wrong with a document; each error tells its attribute in its params."""
        if not isinstance(document, dict):
            yield ValidationError(_("Enter an object with names and values."), code="object")
            return
        unstorable = list(documents.complain(document))
        yield from unstorable
        if unstorable:
            return
        for attribute in self.attributes.values():
            yield from self.errors_of(attribute, document)
        if not self.additional:
            yield from (self.unknown(name) for name in document if name not in self.attributes)

    def errors_of(self, attribute: Attribute, document: dict[str, Any]) -> Iterator[ValidationError]:
        params = {"attribute": attribute.name, "label": str(attribute.label), "rule": attribute.rule}
        if attribute.name in document:
            value = document[attribute.name]
            if not attribute.accepts(value):
                message = _("%(label)s must be %(rule)s, not %(value)s.")
                yield ValidationError(
                    message, code="invalid_attribute", params={**params, "value": pretty(value)}
                )
        elif attribute.required:
            yield ValidationError(_("%(label)s is required."), code="missing_attribute", params=params)

    def errors_of_value(self, name: str, value: Any) -> Iterator[ValidationError]:
        """Find what is wrong with the value of an attribute, whatever else a document has."""
        unstorable = list(documents.complain({name: value}))
        yield from unstorable
        if not unstorable and name in self.attributes:
            yield from self.errors_of(self.attributes[name], {name: value})
        elif not unstorable and not self.additional:
            yield self.unknown(name)

    def unknown(self, name: str) -> ValidationError:
        """Return the error that there is no such attribute."""
        known = shown(self.attributes) or _("none")
        return ValidationError(
            _("There is no attribute “%(name)s”; there are: %(known)s.%(near)s"),
            code="unknown_attribute",
            params={
                "attribute": name,
                "name": pretty(name),
                "known": known,
                "near": near(name, self.attributes),
            },
        )

    def _plain(self, name: str, value: Any) -> Any:
        return self.attributes[name].kind.to_json(value) if name in self.attributes else value
