"""One changed field of an entry, as people read it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_schemapatterns.audit.admin import values
from django_schemapatterns.audit.admin.differences import are_alike, elements, leaves, words
from django_schemapatterns.audit.columns import MASK

if TYPE_CHECKING:
    from django_schemapatterns.audit.admin.names import Names
    from django_schemapatterns.audit.diff import Change

PHRASE = 24  # characters from which a text is compared word by word


class ChangeView:
    """
    A change as the list shows it, in a few words, and as the page about the entry does, in full.

    logged: the two sides as they are in the log.
    withheld: whether the reader may only know that the field changed.
    """

    def __init__(self, change: Change, logged: tuple[Any, Any], names: Names, *, withheld: bool) -> None:
        self.field = change.field
        self.sides = change.old, change.new
        self.logged = logged
        self.names = names
        self.label = capfirst(change.label)
        self.is_editable = change.field is None or (change.field.editable and not change.field.primary_key)
        self.is_masked = change.masked and not withheld
        self.is_withheld = withheld

    @property
    def note(self) -> str:
        """What stands in the place of values that may not be seen, an empty text where they may."""
        if self.is_withheld:
            return _("hidden")
        return _("masked") if self.is_masked else ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on either side, and the reader may know."""
        return not self.is_withheld and all(side is None or side in ("", [], {}) for side in self.sides)

    @property
    def short(self) -> tuple[str, str]:
        """The two sides in a few words, from where they begin to differ."""
        return values.short_pair(*self._texts)

    @property
    def text(self) -> str:
        """The one value of an object that was created or deleted, in a few words."""
        return values.short(self._texts[0 if self.sides[1] is None else 1])

    @cached_property
    def value(self) -> SafeString:
        """The same in full."""
        if self.note:
            return values.note_html(self.note)
        old, new = self.sides
        return values.value_html(old if new is None else new, self.field, self.names)

    @cached_property
    def difference(self) -> SafeString:
        """What became of the value, as closely as its type allows."""
        if self.is_withheld:
            return values.note_html(self.note)
        if self.is_masked:
            return self._masked()
        old, new = self.sides
        if isinstance(old, str) and isinstance(new, str) and not (self.field and self.field.choices):
            return self._text(old, new)
        if isinstance(self.field, models.JSONField) or self.field is None:
            return self._json(old, new)
        if isinstance(old, list) and isinstance(new, list):
            return values.elements_html(elements(old, new), self.field)
        return self._plain()

    @cached_property
    def _texts(self) -> tuple[str, str]:
        old, new = (values.text_of(side, self.field, self.names) for side in self.sides)
        if old == new:
            old, new = map(values.exact_text, self.logged)
        return old, new

    def _plain(self) -> SafeString:
        old, new = (values.value_html(side, self.field, self.names) for side in self.sides)
        if old == new:
            old, new = (values.note_html(text) for text in self._texts)
        return values.arrow_html(old, new)

    def _text(self, old: str, new: str) -> SafeString:
        if not (old and new) or max(len(old), len(new)) < PHRASE:
            return self._plain()
        pieces = words(old, new)
        if are_alike(pieces):
            return format_html('<div class="audit-text">{}</div>', values.pieces_html(pieces))
        blocks = '<div class="audit-text"><del>{}</del></div><div class="audit-text"><ins>{}</ins></div>'
        return format_html(blocks, old, new)

    def _json(self, old: Any, new: Any) -> SafeString:
        places = list(leaves(old, new))
        are_documents = isinstance(old, (dict, list)) and isinstance(new, (dict, list))
        return values.leaves_html(places) if are_documents and places else self._plain()

    def _masked(self) -> SafeString:
        old, new = (
            values.note_html(self.note if side == MASK else values.text_of(side)) for side in self.logged
        )
        return old if old == new else values.arrow_html(old, new)
