"""The page that asks before rows are deleted or restored, and what happens after a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.utils import model_ngettext, quote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connections, router, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from django_schemapatterns.exceptions import RestoreConflict
from django_schemapatterns.softdelete.admin.verbs import DELETE, RESTORE, Verb

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.admin.plans import Group

TEMPLATE = "schemapatterns/softdelete/confirmation.html"


class Confirmation:
    """
    Asks whether to do something to rows that were chosen in a list, or to the one row of a page.

    queryset: the rows.  row: that one, when it is one.
    """

    def __init__(
        self,
        model_admin: Any,
        request: HttpRequest,
        verb: Verb,
        queryset: Any,
        *,
        row: Any = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.admin, self.request, self.verb = model_admin, request, verb
        self.row, self.extra = row, extra or {}
        self.using = router.db_for_write(model_admin.model)
        chosen = queryset.order_by().values("pk")
        every = model_admin.model.all_objects.using(self.using)
        self.rows = verb.rows(every.filter(pk=row.pk) if row else every.filter(pk__in=chosen))

    def answer(self) -> HttpResponse | None:
        """Return the page that asks or, after a yes, where to go on; None is back to the list."""
        if not getattr(self.admin, f"has_{self.verb.permission}_permission")(self.request):
            raise PermissionDenied
        self.plan = self.verb.plan(self.rows)
        self.lacking = sorted(
            {str(each.model._meta.verbose_name) for each in self.plan.groups if not self._may(each)}
        )
        if not (self.request.POST.get("post") and self.plan.possible):
            return self._page()
        if self.lacking:
            raise PermissionDenied
        return self._do()

    def _may(self, group: Group) -> bool:
        site = self.admin.admin_site
        if not site.is_registered(group.model):
            return True
        admin = site.get_model_admin(group.model)
        ask = getattr(admin, f"has_{self.verb.permission}_permission", admin.has_delete_permission)
        return bool(ask(self.request))

    def _do(self) -> HttpResponse | None:
        words = str(self.row) if self.row else ""
        try:
            with transaction.atomic(using=self.using):
                self._log()
                self._run()
                connections[self.using].check_constraints()
        except IntegrityError as error:
            for message in self._obstacles(error):
                self.admin.message_user(self.request, message, messages.ERROR)
            return HttpResponseRedirect(self.request.get_full_path()) if self.row else None
        if self.row and self.verb is not RESTORE:
            gone: HttpResponse = self.admin.response_delete(self.request, words, self.row.pk)
            return gone
        self.admin.message_user(
            self.request, str(self.verb.done) % {"rows": self._summary()}, messages.SUCCESS
        )
        return HttpResponseRedirect(self._url("change", quote(self.row.pk))) if self.row else None

    def _run(self) -> None:
        name = self.verb.permission
        if self.row:
            getattr(self.admin, f"{name}_model")(self.request, self.row)
        else:
            getattr(self.admin, f"{name}_queryset")(self.request, self.rows)

    def _log(self) -> None:
        if self.verb is DELETE:
            self.admin.log_deletions(self.request, [self.row] if self.row else self.rows)
            return
        who: Any = self.request.user.pk
        LogEntry.objects.log_actions(who, self.rows, self.verb.flag, self.verb.note)

    def _page(self) -> TemplateResponse:
        request, options = self.request, self.admin.opts
        refused = self.lacking or not self.plan.possible
        title = self.verb.refused if refused else self.verb.title
        name = self._summary(own=True)
        request.current_app = self.admin.admin_site.name
        context = {
            **self.admin.admin_site.each_context(request),
            "title": str(title) % {"rows": f"“{self.row}”" if self.row else name},
            "subtitle": None,
            "opts": options,
            "media": self.admin.media,
            "verb": self.verb,
            "row": self.row,
            "groups": [
                (each, [self._link(one, str(one)) for one in each.first]) for each in self.plan.groups
            ],
            "lacking": self.lacking,
            "obstacles": self._obstacles(self.plan.obstacle) if self.plan.obstacle else [],
            "protected": [self._link(each) for each in self.plan.protected],
            "hidden": self._hidden(),
            **self.extra,
        }
        return TemplateResponse(request, TEMPLATE, context)

    def _hidden(self) -> list[tuple[str, str]]:
        """Return what the form sends beside the yes: the same choice again."""
        request = self.request
        kept = (IS_POPUP_VAR, TO_FIELD_VAR)
        again: list[tuple[str, str]] = [
            (name, value) for name in kept if (value := request.POST.get(name, request.GET.get(name)))
        ]
        if self.row:
            return again
        chosen = helpers.ACTION_CHECKBOX_NAME
        return [
            *again,
            ("action", self.verb.action),
            ("select_across", request.POST.get("select_across", "0")),
            *((chosen, key) for key in request.POST.getlist(chosen)),
        ]

    def _obstacles(self, error: IntegrityError) -> list[str]:
        """Return in words what stood in the way."""
        if isinstance(error, ProtectedError):
            return [self._still_needed(error.protected_objects)]
        if isinstance(error, RestrictedError):
            return [self._still_needed(error.restricted_objects)]
        if isinstance(error, RestoreConflict) and error.row is not None:
            return [
                format_html(
                    _("{} is in the place of it now ({})."), self._link(error.row), error.constraint or ""
                )
            ]
        diagnosis = getattr(error.__cause__, "diag", None)
        table = getattr(diagnosis, "table_name", None)
        model = next((each for each in apps.get_models() if each._meta.db_table == table), None)
        if model is None or isinstance(error, RestoreConflict):
            return [str(error)]
        rows = str(model._meta.verbose_name_plural)
        detail = getattr(diagnosis, "message_detail", None) or str(error)
        return [_("The database says no, because of %(rows)s: %(detail)s") % {"rows": rows, "detail": detail}]

    def _still_needed(self, rows: Any) -> str:
        shown = sorted(rows, key=lambda each: str(each.pk))[:10]
        links = [self._link(each) for each in shown]
        return format_html(_("Still needed by: {}."), format_html(", ".join(["{}"] * len(links)), *links))

    def _summary(self, *, own: bool = False) -> str:
        groups = (
            [each for each in self.plan.groups if each.model is self.admin.model] if own else self.plan.groups
        )
        if groups:
            return str(get_text_list([f"{each.number:,} {each.name}" for each in groups], _("and")))
        return model_ngettext(self.admin.model, 2)

    def _link(self, row: Model, name: str = "") -> str:
        name = name or f"{capfirst(row._meta.verbose_name)}: {row}"
        site = self.admin.admin_site
        if not site.is_registered(type(row)) or not site.get_model_admin(type(row)).has_view_permission(
            self.request
        ):
            return name
        try:
            url = self._url("change", quote(row.pk), row)
        except NoReverseMatch:
            return name
        return format_html('<a href="{}">{}</a>', url, name)

    def _url(self, page: str, key: str, row: Any = None) -> str:
        options = row._meta if row else self.admin.opts
        name = f"{self.admin.admin_site.name}:{options.app_label}_{options.model_name}_{page}"
        return reverse(name, args=[key])
