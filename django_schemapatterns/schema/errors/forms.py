"""Forms, formsets and views whose saving ends in errors of the form where the database refuses a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db import router, transaction
from django.utils.text import capfirst

from django_schemapatterns.schema.errors.mapper import as_validation_errors

if TYPE_CHECKING:
    from django.db.models import Model
    from django.forms import BaseForm, BaseModelForm, BaseModelFormSet
    from django.http import HttpResponse
    from django.views.generic.edit import ModelFormMixin

    _Form = BaseModelForm[Any]
    _FormSet = BaseModelFormSet[Any, Any]
    _View = ModelFormMixin[Any, Any]
else:
    _Form = _FormSet = _View = object


def add_errors(form: BaseForm, error: ValidationError) -> None:
    """
    Add an error to a form: at the fields that it names, and above all others where the form has none such.

        except ValidationError as error:
            add_errors(form, error)
    """
    for name, errors in by_field(error).items():
        if name in form.fields:
            form.add_error(name, errors)
        else:
            form.add_error(None, [_labelled(form, name, each) for each in errors])


def by_field(error: ValidationError) -> dict[str, list[ValidationError]]:
    """Return the errors by the name of their field, of the whole row at the end."""
    if hasattr(error, "error_dict"):
        return dict(error.error_dict)
    return {NON_FIELD_ERRORS: error.error_list}


class DatabaseErrorsForm(_Form):
    """
    A mixin of a ModelForm: `save()` raises ValidationError where the database refuses the row.

        class ContactForm(DatabaseErrorsForm, forms.ModelForm): ...

        try:
            form.save()
        except ValidationError:
            return render(request, "contact.html", {"form": form})  # it shows the errors at their fields

    Everything that `save()` writes is taken back then.
    """

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        if not commit:
            return super().save(commit=False)
        try:
            with as_validation_errors(instance=self.instance):
                return super().save()
        except ValidationError as error:
            add_errors(self, error)
            raise


class DatabaseErrorsFormSet(_FormSet):
    """
    A mixin of a formset of a model: `save()` raises ValidationError, and the form of the row shows it.

        class ContactFormSet(DatabaseErrorsFormSet, forms.BaseModelFormSet): ...

        modelformset_factory(Contact, fields=["email"], formset=ContactFormSet)

    Either all rows are saved or none is.
    """

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        if not commit:
            return super().save(commit=False)
        rows: Any = self.model
        with transaction.atomic(using=router.db_for_write(rows)):
            return super().save()

    def save_new(self, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        return self._save_row(form, super().save_new, form, commit=commit)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        return self._save_row(form, super().save_existing, form, obj, commit=commit)

    def delete_existing(self, obj: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002
        form = next(each for each in self.initial_forms if each.instance == obj)
        self._save_row(form, super().delete_existing, obj, commit=commit)

    def _save_row(self, form: Any, save: Any, *args: Any, commit: bool) -> Any:
        try:
            with as_validation_errors(instance=form.instance):
                return save(*args, commit=commit)
        except ValidationError as error:
            add_errors(form, error)
            raise


class DatabaseErrorsView(_View):
    """
    A mixin of Django's CreateView, UpdateView and DeleteView: the form is shown again with the errors.

        class ContactView(DatabaseErrorsView, UpdateView): ...

    Everything that `form_valid()` writes is taken back then.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        view: Any = self
        row = getattr(form, "instance", None) or view.object
        try:
            with as_validation_errors(instance=row):
                return super().form_valid(form)
        except ValidationError as error:
            add_errors(form, error)
            return self.form_invalid(form)


def _labelled(form: BaseForm, name: str, error: ValidationError) -> ValidationError:
    """Let an error whose field the form does not have say which it is about."""
    model = getattr(getattr(form, "_meta", None), "model", None)
    if name == NON_FIELD_ERRORS or model is None:
        return error
    text = " ".join(error.messages)
    return ValidationError(
        "%(label)s: %(text)s", code=error.code, params={"label": label_of(model, name), "text": text}
    )


def label_of(model: type[Model], name: str) -> str:
    """Return what people call a field."""
    try:
        return str(capfirst(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name
