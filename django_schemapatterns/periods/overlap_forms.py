"""What rows of one form break together, while each by itself is valid."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.db import router
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext as _

from django_schemapatterns.periods.overlap import NoOverlap
from django_schemapatterns.periods.overlap_values import overlap

if TYPE_CHECKING:
    from django.db.models import Model

    _InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = BaseInlineFormSet


class NoOverlapFormSet(_InlineFormSet):
    """
    An inline formset whose new rows may not overlap each other either.

        class PromotionInline(admin.TabularInline):
            model = Promotion
            formset = NoOverlapFormSet
    """

    def clean(self) -> None:
        super().clean()
        gone = set(self.deleted_forms)
        forms = [form for form in self.forms if form.is_valid() and form.has_changed() and form not in gone]
        for rule in _rules(self._rows):
            for one, other in combinations(forms, 2):
                if self._clash(rule, one.instance, other.instance):
                    message = _("This period overlaps that of another row here: %(row)s.")
                    params = {"row": str(one.instance)}
                    other.add_error(None, ValidationError(message, code="overlap", params=params))

    @property
    def _rows(self) -> type[Model]:
        return cast("type[Model]", self.model)

    def _clash(self, rule: NoOverlap, one: Model, other: Model) -> bool:
        columns, using = rule.columns(self._rows), router.db_for_write(self._rows)
        keys = [columns.key_of(row) | {self.fk.attname: self.instance.pk} for row in (one, other)]
        if not all(rule.concerns(self._rows, row, using) for row in (one, other)):
            return False
        periods = [columns.period_of(row) for row in (one, other)]
        return keys[0] == keys[1] and None not in periods and overlap(*periods)


def _rules(model: type[Model]) -> list[NoOverlap]:
    return [rule for rule in model._meta.constraints if isinstance(rule, NoOverlap)]
