"""An object made what it was before an entry, from the page of the entry."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from django_schemapatterns.audit.admin.changes import ChangeView
from django_schemapatterns.audit.records import primary_key
from django_schemapatterns.audit.restoring import differences, lock
from django_schemapatterns.exceptions import HistoryIncomplete

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.db.models import Model

    from django_schemapatterns.audit.admin.entries import EntryView
    from django_schemapatterns.audit.diff import Change


def may_ask(view: EntryView) -> bool:
    """Return whether an entry is one that can be taken back, and the user one who may change its object."""
    entry, model = view.entry, view.model
    if model is None or entry.record_id is None or entry.operation not in "UD":
        return False
    return view.reader.access.may_restore(model, view.instance, set())


class Restoration:
    """
    What it takes to make the object of an entry what it was before.

    Raises PermissionDenied where the user could not make these changes in the form of the object.
    """

    def __init__(self, view: EntryView) -> None:
        assert view.model is not None
        self.view = view
        self.alias = view.entry._state.db or "default"
        self.problem = ""
        self._differences = self._find()
        if not view.reader.access.may_restore(view.model, view.instance, self._typed()):
            raise PermissionDenied

    @cached_property
    def changes(self) -> list[ChangeView]:
        """What would change."""
        names = self.view.reader.names
        for change in self._differences:
            names.want_value(change.field, change.old)
            names.want_value(change.field, change.new)
        names.load()
        return [ChangeView(each, (each.old, each.new), names, withheld=False) for each in self._differences]

    def _typed(self) -> set[str]:
        """Return the fields that somebody would have to type; in a new row, others are filled in for him."""
        return {
            change.name
            for change in self._differences
            if not self.view.is_gone
            or (change.field and change.field.editable and not change.field.primary_key)
        }

    def _find(self) -> list[Change]:
        try:
            past: Model | None = self.view.entry.state_before()
        except HistoryIncomplete as error:
            self.problem = str(error)
            return []
        return [] if past is None else differences(past, self.alias)


def restore(log_admin: ModelAdmin[Any], request: HttpRequest, view: EntryView) -> HttpResponse:
    """Restore, and lead to the history of the object."""
    model, record, told = view.model, view.entry.record_id, {"name": view.object_name}
    alias = view.entry._state.db or "default"
    assert model is not None
    assert record is not None
    try:
        with transaction.atomic(using=alias):
            lock(model, primary_key(model, record), alias)
            Restoration(view)  # what it would change now, and not when it was shown
            view.entry.restore_before()
    except (HistoryIncomplete, IntegrityError) as error:
        text = _("%(name)s can not be restored: %(reason)s") % {**told, "reason": error}
        log_admin.message_user(request, text, messages.ERROR)
        return HttpResponseRedirect(view.url)
    text = _("%(name)s was restored.") % told
    log_admin.message_user(request, text, messages.SUCCESS)
    return HttpResponseRedirect(view.timeline_url)
