"""The rule that a setting's value is of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.models import Model


class SettingRule(SchemaObject):
    """
    A CHECK that a column of the settings fits the column `kind`.

    fits: the column.
    """

    def __init__(self, *, name: str, fits: str) -> None:
        self.fits = fits
        super().__init__(name=name)

    def create(self, model: type[Model]) -> str:
        rule = f"schemapatterns.setting_fits(kind, {quote(self.fits)})"
        return f"{self._alter(model)} ADD CONSTRAINT {quote(self.name)} CHECK ({rule})"

    def remove(self, model: type[Model]) -> str:
        return f"{self._alter(model)} DROP CONSTRAINT {quote(self.name)}"

    def deconstruct(self) -> Any:
        path = f"django_schemapatterns.constraints.{type(self).__name__}"
        return path, (), {"name": self.name, "fits": self.fits}

    def _alter(self, model: type[Model]) -> str:
        return f"ALTER TABLE {quote(model._meta.db_table)}"
