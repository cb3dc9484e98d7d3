"""The pages about the versions of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from django_schemapatterns.periods.admin.forms import REASON, START, VersionForm, words_of

if TYPE_CHECKING:
    from django_schemapatterns.periods.admin.history import History


class Page:
    """A page: `verb` is the permission that it needs beside that to see the owner."""

    verb = ""
    title: ClassVar[Any] = ""
    template = ""

    def __init__(self, model_admin: Any, history: History) -> None:
        self.admin, self.history = model_admin, history
        self.request = history.request

    def __call__(self, key: str | None) -> HttpResponse:
        if self.verb and not self.history.inline.may(self.request, self.verb, self.history.owner):
            raise PermissionDenied
        version = None
        if key is not None:
            version = self._find(key)
            if version is None:
                return self._leave(_("There is no such version any more."), messages.ERROR)
        return self.answer(version)

    def answer(self, version: Any) -> HttpResponse:
        raise NotImplementedError

    def _find(self, key: str) -> Any:
        try:
            return self.history.versions.filter(pk=key).first()
        except (ValidationError, ValueError, OverflowError, TypeError):
            return None

    def _leave(self, message: str, level: int = messages.SUCCESS) -> HttpResponse:
        self.admin.message_user(self.request, message, level)
        return HttpResponseRedirect(self._owner_url())

    def _owner_url(self) -> str:
        options = self.admin.opts
        name = f"{self.admin.admin_site.name}:{options.app_label}_{options.model_name}_change"
        return reverse(name, args=[quote(self.history.owner.pk)])

    def _log(self, message: str) -> None:
        self.admin.log_change(self.request, self.history.owner, message)

    def _render(self, **more: Any) -> TemplateResponse:
        self.request.current_app = self.admin.admin_site.name
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": self.title % {"versions": self.history.model._meta.verbose_name_plural},
            "subtitle": None,
            "opts": self.admin.opts,
            "owner": self.history.owner,
            "owner_url": self._owner_url(),
            "history": self.history,
            "media": self.admin.media + self.history.inline.media,
            **more,
        }
        return TemplateResponse(self.request, self.template, context)


class Listing(Page):
    """All versions, in pages."""

    title = gettext_lazy("All %(versions)s")
    template = "schemapatterns/periods/list.html"

    def answer(self, version: Any) -> HttpResponse:
        page, lines = self.history.page(self.request.GET.get("page"))
        return self._render(page=page, lines=lines)


class _Writing(Page):
    template = "schemapatterns/periods/form.html"
    done: ClassVar[Any] = ""
    button: ClassVar[Any] = ""

    def answer(self, version: Any) -> HttpResponse:
        form: Any = VersionForm(self.history, version, self.request.POST or None)
        if self.request.method == "POST" and (written := form.write()):
            message = self.done % {"version": written}
            self._log(message)
            return self._leave(message)
        admin_form = AdminForm(form, [(None, {"fields": [*form.columns, START, REASON]})], {})
        media = self.admin.media + self.history.inline.media + form.media
        return self._render(
            form=form, admin_form=admin_form, button=self.button, media=media, version=version
        )


class Scheduling(_Writing):
    verb = "add"
    title = gettext_lazy("Schedule %(versions)s")
    done = gettext_lazy("Scheduled “%(version)s”.")
    button = gettext_lazy("Schedule")


class Correcting(_Writing):
    verb = "change"
    title = gettext_lazy("Correct %(versions)s")
    done = gettext_lazy("Corrected “%(version)s”.")
    button = gettext_lazy("Correct")


class Cancelling(Page):
    verb = "delete"
    title = gettext_lazy("Cancel %(versions)s")
    template = "schemapatterns/periods/cancel.html"

    def answer(self, version: Any) -> HttpResponse:
        if self.request.method != "POST":
            return self._render(version=version, lines=self.history.lines([version], actions=False))
        name = str(version)
        try:
            with transaction.atomic(using=self.history.using):
                version.cancel_scheduled(using=self.history.using)
        except ValidationError as error:
            return self._leave(" ".join(error.messages), messages.ERROR)
        except DatabaseError as error:
            return self._leave(words_of(error, self.history.owner), messages.ERROR)
        message = _("Cancelled “%(version)s”.") % {"version": name}
        self._log(message)
        return self._leave(message)
