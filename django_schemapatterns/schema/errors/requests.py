"""Requests to the admin that the database refuses: the page is shown again, with the error."""

from __future__ import annotations

from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse


class DatabaseErrorsMiddleware:
    """
    A mixin of a middleware: what the database refuses in the admin is shown in the page that was sent.

    The admin saves in a transaction, which has been taken back by then; other views may have done anything,
    so their errors stay what they are.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.method != "POST" or not isinstance(exception, Error):
            return None
        from django_schemapatterns.schema.errors import admin

        view: Any = request.resolver_match and request.resolver_match.func
        model_admin, name = getattr(view, "model_admin", None), getattr(view, "__name__", "")
        match model_admin and name:
            case "add_view" | "change_view":
                return _form_again(model_admin, name, request, exception)
            case "delete_view" | "changelist_view":
                return admin.told(model_admin, request, exception)
            case _:
                return None


def _form_again(model_admin: Any, name: str, request: HttpRequest, error: Exception) -> HttpResponse | None:
    from django_schemapatterns.schema.errors import admin

    showing = admin.with_error(model_admin, request, error)
    if showing is None:
        return None
    match: Any = request.resolver_match
    view = model_admin.admin_site.admin_view(getattr(showing, name))
    response: HttpResponse = view(request, *match.args, **match.kwargs)
    return response
