"""What people enter to schedule a version or to correct one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from django_schemapatterns.periods.options import options_of
from django_schemapatterns.periods.versions import lock_owner

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_schemapatterns.periods.admin.history import History
    from django_schemapatterns.periods.admin.inline import PeriodInline

START, REASON, SEEN = "effective_from", "reason", "seen"


class VersionForm(forms.Form):
    """
    The tracked columns, from when on, and why.

    history: of the owner.  version: the one to correct; None to schedule one.
    """

    def __init__(self, history: History, version: Any, data: Any = None) -> None:
        self.history, self.version = history, version
        self.columns = options_of(history.model).columns
        shown = version or history.versions.first()
        names = [*self.columns, *([START, REASON] if version else [])]
        initial = {name: getattr(shown, name) for name in names} if shown else {}
        super().__init__(data, initial=initial)
        self.fields = fields_of(history.inline, history.request, [*self.columns, START, REASON])
        if version:
            seen = forms.CharField(widget=forms.HiddenInput, initial=fingerprint(version, self.columns))
            self.fields[SEEN] = seen

    def write(self) -> Any:
        """Return the version that was written, None when the form has errors now."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic(using=self.history.using):
                return self._correct() if self.version else self._schedule()
        except ValidationError as error:
            self._tell(error)
        except DatabaseError as error:
            self.add_error(None, words_of(error, self.history.owner))
        return None

    def _schedule(self) -> Any:
        values = {name: self.cleaned_data[name] for name in self.columns}
        return self.history.model.schedule(
            self.history.owner,
            effective_from=self.cleaned_data[START],
            reason=self.cleaned_data[REASON] or None,
            using=self.history.using,
            **values,
        )

    def _correct(self) -> Any:
        # As every other writer does it: first the owner, then its versions.
        lock_owner(self.history.model, self.history.owner, self.history.using)
        now = self.history.everything.filter(pk=self.version.pk).first()
        if now and not is_same(self.cleaned_data[SEEN], now, self.columns):
            message = _("Somebody has changed this version meanwhile. Open it again to see what it says now.")
            raise ValidationError(message, code="changed")
        values = {name: self.cleaned_data[name] for name in self.columns if name in self.changed_data}
        start = self.cleaned_data[START] if START in self.changed_data else None
        reason = self.cleaned_data[REASON] if REASON in self.changed_data else None
        return self.version.correct(effective_from=start, reason=reason, using=self.history.using, **values)

    def _tell(self, error: ValidationError) -> None:
        by_field = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, ValidationError(errors))


def fields_of(inline: PeriodInline, request: HttpRequest, names: list[str]) -> dict[str, Any]:
    """Return form fields with the widgets of the admin."""
    model: Any = inline.model
    found: dict[str, Any] = {}
    for name in names:
        field = model._meta.get_field(name)
        found[name] = inline.formfield_for_dbfield(field, request)
        if name == START:
            found[name].required = True
        elif field.null:
            found[name].required = False
    return found


def fingerprint(version: Any, columns: list[str]) -> str:
    """Return what a version says, signed, to see later whether it still says so."""
    said = [str(getattr(version, name)) for name in (*columns, START, REASON)]
    return signing.dumps([str(version.pk), *said], salt=__name__)


def is_same(seen: str, version: Any, columns: list[str]) -> bool:
    try:
        then = signing.loads(seen, salt=__name__)
    except signing.BadSignature:
        return False
    return bool(then == signing.loads(fingerprint(version, columns), salt=__name__))


def words_of(error: DatabaseError, owner: Any) -> str:
    """Return what a refusal of the database says, in the words of the owner's rule if it is one."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for rule in owner._meta.constraints:
        if name and rule.name == name:
            return str(rule.get_violation_error_message())
    said = getattr(diagnosis, "message_primary", None) or str(error)
    return _("The database says no: %(said)s") % {"said": said}
