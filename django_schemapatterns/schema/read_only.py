"""Models and admins that show rows and change none."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.http import HttpRequest

from django_schemapatterns.exceptions import ReadOnly


class ReadOnlyModel(models.Model):
    """
    An abstract model of a view.

    instead: what to do instead of saving and deleting, in a sentence.
    """

    instead: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnly(f"{type(self).__name__} only reads. {self.instead}")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnly(f"{type(self).__name__} only reads. {self.instead}")


class ReadOnlyAdmin:
    """A mixin for a ModelAdmin of what the database itself keeps."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
