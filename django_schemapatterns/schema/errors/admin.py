"""Pages of the admin that show what the database refuses, where Django would answer with an error 500."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.messages.api import get_messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import Error, connections, router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from django_schemapatterns.schema.errors.forms import add_errors, by_field, label_of
from django_schemapatterns.schema.errors.mapper import explanation, refusal_of
from django_schemapatterns.schema.errors.meanings import Refusal

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.db.models import Model

    _ModelAdmin = ModelAdmin[Any]
else:
    _ModelAdmin = object


class DatabaseErrorsMixin(_ModelAdmin):
    """
    A mixin of a ModelAdmin whose pages show what the database refuses; `ActorMiddleware` does it for all.

        class ContactAdmin(DatabaseErrorsMixin, admin.ModelAdmin): ...

    For a project without that middleware. Nothing is written then: it lets actions be atomic, too.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Error as error:
            shown = with_error(self, request, error)
            if shown is None:
                raise
            return super(DatabaseErrorsMixin, shown).changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delete_view(request, *args, **kwargs)
        except Error as error:
            return told(self, request, error) or _again(error)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().changelist_view(request, *args, **kwargs)
        try:
            with transaction.atomic(using=router.db_for_write(self.model)):
                return super().changelist_view(request, *args, **kwargs)
        except Error as error:
            return told(self, request, error) or _again(error)


def with_error(admin: Any, request: HttpRequest, error: BaseException) -> Any:
    """Return the like of an admin whose forms have the error, None when it is none to show."""
    refusal = _refusal(admin, request, error)
    shown = explanation(refusal) if refusal else None
    if refusal is None or shown is None:
        return None
    _forget_success(request)
    kind = type(admin)
    like = copy.copy(admin)
    attributes = {"refused": (refusal.model, shown), "__module__": kind.__module__}
    like.__class__ = type(kind.__name__, (_Showing, kind), attributes)
    return like


def told(admin: Any, request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """Return to the page with a message, where there is no form to show the error in."""
    refusal = _refusal(admin, request, error)
    shown = explanation(refusal) if refusal else None
    if refusal is None or shown is None:
        return None
    _forget_success(request)
    for text in in_words(refusal.model, shown):
        messages.error(request, text)
    return HttpResponseRedirect(request.get_full_path())


def in_words(model: type[Model], error: ValidationError) -> list[str]:
    """Return the errors as sentences, each with the label of its field."""
    found = []
    for name, errors in by_field(error).items():
        text = " ".join(message for each in errors for message in each.messages)
        found.append(text if name == NON_FIELD_ERRORS else f"{label_of(model, name)}: {text}")
    return found


class _Showing(_ModelAdmin):
    """What an admin is for one request: its forms have an error that the database has found."""

    refused: tuple[type[Model], ValidationError]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        return form if self._is_of_inline(request, obj) else _made(_RefusedForm, form, self.refused[1])

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        is_of_inline = self._is_of_inline(request, obj)
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            is_its = is_of_inline and _is_kin(inline.model, self.refused[0])
            yield (_made(_RefusedFormSet, formset, self.refused[1]) if is_its else formset), inline

    def _is_of_inline(self, request: HttpRequest, obj: Any) -> bool:
        if _is_kin(self.model, self.refused[0]):
            return False
        return any(_is_kin(each.model, self.refused[0]) for each in self.get_inline_instances(request, obj))


class _RefusedForm:
    """A form that has an error beside those that it finds itself."""

    refused: ValidationError
    fields: Any

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        form: Any = self
        if not form.errors:
            add_errors(form, self.refused)


class _RefusedFormSet:
    """A formset that has an error above its forms, if none of them has found one."""

    refused: ValidationError
    model: type[Model]

    def full_clean(self) -> None:
        super().full_clean()  # type: ignore[misc]
        formset: Any = self
        if formset.is_bound and not any(formset._errors) and not formset._non_form_errors:
            texts = in_words(self.model, self.refused)
            formset._non_form_errors.extend(ValidationError(texts).error_list)


def _made(mixin: type, kind: Any, error: ValidationError) -> Any:
    return type(kind)(kind.__name__, (mixin, kind), {"refused": error, "__module__": kind.__module__})


def _is_kin(model: type[Model], other: type[Model]) -> bool:
    concrete: Any = model._meta.concrete_model
    return issubclass(concrete, other) or issubclass(other, concrete)


def _refusal(admin: Any, request: HttpRequest, error: BaseException) -> Refusal | None:
    if connections[router.db_for_write(admin.model)].needs_rollback:
        return None  # a transaction around the whole request has to end first
    match: Any = request.resolver_match
    key = match.kwargs.get("object_id") if match else None
    row = admin.get_object(request, unquote(key)) if key else None
    inlines = [inline.model for inline in admin.get_inline_instances(request, row)]
    return refusal_of(error, admin.model, *inlines)


def _forget_success(request: HttpRequest) -> None:
    """Take back the message that all went well, which the admin says before the transaction ends."""
    storage: Any = get_messages(request)
    queued = getattr(storage, "_queued_messages", [])
    queued[:] = [each for each in queued if each.level != messages.SUCCESS]


def _again(error: BaseException) -> Any:
    raise error
