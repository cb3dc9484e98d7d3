"""Foreign keys to rows that may be deleted, in the forms of the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import BaseModelAdmin
from django.http import HttpRequest

from django_schemapatterns.softdelete.forms import AliveChoiceField
from django_schemapatterns.softdelete.relations import marked_model

if TYPE_CHECKING:
    _BaseModelAdmin = BaseModelAdmin[Any]
else:
    _BaseModelAdmin = object


class AliveChoicesMixin(_BaseModelAdmin):
    """
    A ModelAdmin or an inline whose forms keep a foreign key that points at a deleted row.

        class OrderItemInline(AliveChoicesMixin, admin.TabularInline): ...

    Without it such a form refuses to be saved, also when that field is not touched: Django offers the rows of
    the default manager only.
    """

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if marked_model(db_field.remote_field.model) is not None:
            kwargs.setdefault("form_class", AliveChoiceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
