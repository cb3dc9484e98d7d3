"""What the page of a deleted row says about the deletion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model

from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.admin.verbs import Verb


@dataclass(frozen=True)
class Notice:
    """Since when a row is deleted, by whom and why, where the model has fields for that."""

    row: Any
    buttons: list[tuple[Verb, str]]

    @property
    def since(self) -> Any:
        return getattr(self.row, MARK)

    @property
    def by(self) -> str:
        value = getattr(self.row, "deleted_by", None)
        if value in (None, ""):
            return ""
        return str(value if isinstance(value, Model) else _user(value) or value)

    @property
    def reason(self) -> str:
        return getattr(self.row, "deletion_reason", None) or ""


def _user(key: Any) -> Model | None:
    try:
        return get_user_model()._base_manager.filter(pk=key).first()
    except (ValidationError, ValueError):
        return None
