"""Comments that models have in words already: their docstrings and help texts."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.signals import class_prepared
from django.utils import translation

from django_schemapatterns.schema.attach import owns_table

if TYPE_CHECKING:
    from django.db.models import Model


class DocumentedModel(models.Model):
    """
    An abstract model whose docstring and help texts become comments in the database.

        class Product(DocumentedModel):
            "What the shop sells."

            name = models.CharField(max_length=50, help_text="As it is printed on the label")

    The first paragraph of the docstring is the table's. A `db_table_comment` or `db_comment` goes first.
    """

    class Meta:
        abstract = True


def add_comments(sender: type[Model], **kwargs: Any) -> None:
    """Say it where Django's own migrations look for it."""
    if not issubclass(sender, DocumentedModel) or not owns_table(sender):
        return
    options: Any = sender._meta
    if not options.db_table_comment and (comment := summary(sender)):
        options.db_table_comment = options.original_attrs["db_table_comment"] = comment
    with translation.override(None):  # one text for everybody, whoever makes migrations
        for field in options.local_concrete_fields:
            field.db_comment = field.db_comment or str(field.help_text) or None


def summary(model: type[Model]) -> str:
    """Return the first paragraph of a docstring, and nothing where Django has made one up."""
    names = ", ".join(field.name for field in model._meta.fields)
    text = inspect.cleandoc(model.__doc__ or "")
    return "" if text == f"{model.__name__}({names})" else " ".join(text.partition("\n\n")[0].split())


class_prepared.connect(add_comments, dispatch_uid="schemapatterns.documentation")
