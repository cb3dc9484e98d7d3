"""Form fields that work with values as they are, whatever serialisers are to see."""

from __future__ import annotations

from functools import cache
from typing import Any

from django_schemapatterns.encryption.values import reveal


class _Revealing:
    """Reads the value that an instance gives to a form."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(reveal(value))  # type: ignore[misc]

    def to_python(self, value: Any) -> Any:
        return super().to_python(reveal(value))  # type: ignore[misc]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(reveal(initial), data))  # type: ignore[misc]


def revealing(field: Any) -> Any:
    """Return the form field, taught to read what stands for a value."""
    if field is not None:
        field.__class__ = _revealing_class(type(field))
    return field


@cache
def _revealing_class(form_class: type) -> type:
    return type(form_class.__name__, (_Revealing, form_class), {"__module__": form_class.__module__})
