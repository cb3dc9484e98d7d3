"""How a value of the log reads: as text, and as HTML in which everything is escaped."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import formats, timezone
from django.utils.duration import duration_string
from django.utils.hashable import make_hashable
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext, pgettext

from django_schemapatterns.audit.admin.differences import ABSENT, Leaf, Piece, Side, compact, words
from django_schemapatterns.audit.columns import JSON_NULL

if TYPE_CHECKING:
    from django.db.models import Field

    from django_schemapatterns.audit.admin.names import Names

SHORT = 40  # characters of a value in the list
CONTEXT = 80  # characters of unchanged text around a change
WITHIN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


def text_of(value: Any, field: Field[Any, Any] | None = None, names: Names | None = None) -> str:
    """
    Return a value as people read it: choices by their label, objects by their name, times in local time.

        text_of("active", Product._meta.get_field("status"))  # 'active', in the language of the page
    """
    if value is None:
        return pgettext("value", "none")
    if field is not None and (choice := _choice(field, value)) is not None:
        return choice
    if names is not None and (name := names.of_value(field, value)):
        return name
    if isinstance(field, models.JSONField):
        return compact(value)
    if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
        return formats.number_format(value, field.decimal_places)
    if field is not None and field.is_relation and field.related_model:
        return f"{field.related_model._meta.verbose_name} {value}"
    return _text_by_type(value, field)


def _text_by_type(value: Any, field: Field[Any, Any] | None) -> str:
    match value:
        case "":
            return pgettext("value", "blank")
        case bool():
            return _("yes") if value else _("no")
        case str():
            return value
        case datetime():
            return f"{formats.date_format(_local(value), 'DATE_FORMAT')}, {_local(value):%H:%M:%S}"
        case date() | time() | int() | float() | Decimal():
            return formats.localize(value)
        case timedelta():
            return duration_string(value)
        case bytes() | memoryview():
            data = bytes(value)
            return ngettext("%(count)d byte: %(hex)s", "%(count)d bytes: %(hex)s", len(data)) % {
                "count": len(data),
                "hex": data.hex(" "),
            }
        case list() | tuple():
            base = getattr(field, "base_field", None)
            return ", ".join(text_of(each, base) for each in value) if value else pgettext("list", "empty")
        case dict():
            return compact(value)
        case _:
            return str(value)


def _choice(field: Field[Any, Any], value: Any) -> str | None:
    if not field.choices:
        return None
    label = dict(make_hashable(field.flatchoices)).get(make_hashable(value))
    return None if label is None else str(label)


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def exact_text(value: Any) -> str:
    """Return a logged value with nothing left out, for two that read the same and yet differ."""
    if value == JSON_NULL:
        return "JSON null"
    return value if isinstance(value, str) and value else compact(value)


def value_html(value: Any, field: Field[Any, Any] | None = None, names: Names | None = None) -> SafeString:
    """Return a value as HTML: words that stand for a value, such as "none", look different from values."""
    text = text_of(value, field, names)
    if value is None or value in ("", []):
        return note_html(text)
    if isinstance(field, models.JSONField):
        return format_html('<code class="audit-code">{}</code>', text)
    return format_html('<span class="audit-value">{}</span>', text)


def note_html(text: str) -> SafeString:
    """Return words about a value that stand in its place."""
    return format_html('<span class="audit-note">{}</span>', text)


def short(text: str) -> str:
    return Truncator(text).chars(SHORT)


def short_pair(old: str, new: str) -> tuple[str, str]:
    """Shorten two texts; what long ones have in common at their start is left out."""
    start = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old))
    start = old.rfind(" ", 0, start) + 1
    if max(len(old), len(new)) <= SHORT or start < SHORT // 4:
        return short(old), short(new)
    return tuple(short(f"…{text[start:]}") for text in (old, new))  # type: ignore[return-value]


def arrow_html(old: SafeString, new: SafeString) -> SafeString:
    """Return `old → new`, each marked as what it is."""
    return format_html(
        '<del>{}</del> <span class="audit-arrow" aria-hidden="true">→</span> <ins>{}</ins>', old, new
    )


def pieces_html(pieces: list[Piece]) -> SafeString:
    """Return a text with its changes marked, and with long unchanged parts cut short."""
    last = len(pieces) - 1
    marked = [
        (side, _cut(text, head=index > 0, tail=index < last) if side is Side.BOTH else text)
        for index, (side, text) in enumerate(pieces)
    ]
    return format_html_join("", "{}", ((_mark_text(side, text),) for side, text in marked))


def _mark_text(side: Side, text: str) -> SafeString:
    """Mark a piece of a text, with the blanks around it left out and blanks by themselves made visible."""
    word = text.strip()
    if side is Side.BOTH or word == text:
        return _mark(side, text)
    if not word:
        return _mark(side, text.replace(" ", "␣").replace("\t", "⇥").replace("\n", "¶\n"))
    before, _, after = text.partition(word)
    return format_html("{}{}{}", before, _mark(side, word), after)


def _mark(side: Side, text: str | SafeString) -> SafeString:
    match side:
        case Side.OLD:
            return format_html("<del>{}</del>", text)
        case Side.NEW:
            return format_html("<ins>{}</ins>", text)
    return format_html("{}", text)


def _cut(text: str, *, head: bool, tail: bool) -> str:
    """Keep of an unchanged text what is near a change."""
    if len(text) <= 3 * CONTEXT or not (head or tail):
        return text
    return f"{text[:CONTEXT] if head else ''} … {text[-CONTEXT:] if tail else ''}"


def elements_html(pieces: list[Piece], field: Field[Any, Any] | None) -> SafeString:
    """Return the elements of a list, with those that came and went marked."""
    base = getattr(field, "base_field", None)
    items = ((_mark(side, value_html(value, base)),) for side, value in pieces)
    return format_html('<ul class="audit-elements">{}</ul>', format_html_join("", "<li>{}</li>", items))


def leaves_html(leaves: list[Leaf]) -> SafeString:
    """Return the places where two JSON documents differ, a line each."""
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((_path(leaf), _leaf(leaf)) for leaf in leaves))
    return format_html('<dl class="audit-leaves">{}</dl>', rows)


def _path(leaf: Leaf) -> str:
    path = WITHIN.join(leaf.path)
    return path or pgettext("JSON document", "all of it")


def _leaf(leaf: Leaf) -> SafeString:
    if leaf.old is ABSENT:
        return _mark(Side.NEW, compact(leaf.new))
    if leaf.new is ABSENT:
        return _mark(Side.OLD, compact(leaf.old))
    if isinstance(leaf.old, str) and isinstance(leaf.new, str) and len(leaf.old) > SHORT:
        return pieces_html(words(leaf.old, leaf.new))
    return arrow_html(format_html("{}", compact(leaf.old)), format_html("{}", compact(leaf.new)))
