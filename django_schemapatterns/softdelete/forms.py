"""Form fields that choose among rows which may be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from django_schemapatterns.softdelete.querysets import without_alive_filter
from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from django.db.models import Model

    _ModelChoiceField = forms.ModelChoiceField[Any]
else:
    _ModelChoiceField = forms.ModelChoiceField


class AliveChoiceField(_ModelChoiceField):
    """
    Offers the alive rows, and the one that is chosen already, labelled, when it was deleted since.

        class OrderItemForm(forms.ModelForm):
            class Meta:
                field_classes = {"product": AliveChoiceField}
    """

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        # The first moment at which the field of a form knows what is chosen.
        self._keep(form, field_name)
        return super().get_bound_field(form, field_name)

    def label_from_instance(self, obj: Model) -> str:
        label = super().label_from_instance(obj)
        return _("%(row)s (deleted)") % {"row": label} if getattr(obj, MARK, None) else label

    def _keep(self, form: Any, field_name: str) -> None:
        instance = getattr(form, "instance", None)
        chosen = form.initial.get(field_name)
        if instance is None or instance._state.adding or chosen is None or self.queryset is None:
            return
        key = {self.to_field_name or "pk": chosen}
        rows = self.queryset.model._base_manager.using(self.queryset.db)
        if rows.filter(**key, **{f"{MARK}__isnull": False}).exists():
            choices = without_alive_filter(self.queryset)
            self.queryset = choices.filter(Q(**{f"{MARK}__isnull": True}) | Q(**key))
