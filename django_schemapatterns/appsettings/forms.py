"""A form for one setting, with the input that its kind needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext, gettext_lazy as _

from django_schemapatterns.appsettings.access import read_value
from django_schemapatterns.appsettings.kinds import CODECS, Codec, Kind
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.appsettings.registry import Setting, registered
from django_schemapatterns.exceptions import WrongSetting

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[ApplicationSetting]
else:
    _ModelForm = forms.ModelForm

MASK: Final = "********"


class DocumentInput(forms.JSONField):
    """A text with JSON; what is too deep or too long for Python is refused as what is no JSON."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], "invalid", {"value": MASK}) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return InvalidJSONInput(data)


INPUTS: Final[dict[str, type[forms.Field]]] = {
    Kind.TEXT: forms.CharField,
    Kind.INTEGER: forms.IntegerField,
    Kind.DECIMAL: forms.DecimalField,
    Kind.BOOLEAN: forms.NullBooleanField,
    Kind.DATE: forms.DateField,
    Kind.DATETIME: forms.SplitDateTimeField,
    Kind.DURATION: forms.DurationField,
    Kind.JSON: DocumentInput,
}
WIDGETS: Final[dict[str, type[forms.Widget]]] = {
    Kind.DATE: AdminDateWidget,
    Kind.DATETIME: AdminSplitDateTime,
}


class SettingForm(_ModelForm):
    """
    Edits the value of a setting; what is left empty means the default, or for a secret, no change.

    Refuses to overwrite what somebody else has changed since the form was shown: ask it within a transaction.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ApplicationSetting
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.fields["new_value"] = input_for(self.instance)
        if not self.instance.is_secret:
            self.initial["new_value"] = shown_value(self.instance)

    def clean_new_value(self) -> Any:
        value = self.cleaned_data["new_value"]
        if value in (None, ""):
            return self.instance.stored if self.instance.is_secret else None
        setting = registered().get(self.instance.name)
        try:
            return setting.clean(value) if setting else codec_of(self.instance).to_json(value)
        except ValueError as error:
            raise ValidationError(str(error), code="type") from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rows = ApplicationSetting.objects.using(self.instance._state.db).select_for_update()
        present = rows.filter(pk=self.instance.pk).first()
        if present is None or present.version != cleaned.get("version"):
            now = gettext("gone") if present is None else shown(present)
            raise ValidationError(
                _("Somebody else has changed this setting meanwhile. It is now: %(now)s"),
                params={"now": now},
                code="changed",
            )
        return cleaned

    def save(self, commit: bool = True) -> ApplicationSetting:  # noqa: FBT001, FBT002 - Django's signature
        self.instance.stored = self.cleaned_data["new_value"]
        return super().save(commit=commit)


def input_for(row: ApplicationSetting) -> forms.Field:
    """Return the form field for the value of a setting."""
    setting = registered().get(row.name)
    options: dict[str, Any] = {"required": False, "label": _("Value"), "help_text": help_of(row, setting)}
    if row.is_secret:
        kind = forms.DateTimeField if row.kind == Kind.DATETIME else INPUTS[row.kind]
        return kind(**options, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    if setting and setting.choices:
        choices = [("", _("Default")), *setting.choices]
        coerce: Any = setting.type
        return forms.TypedChoiceField(**options, choices=choices, coerce=coerce, empty_value=None)
    if row.kind in WIDGETS:
        options["widget"] = WIDGETS[row.kind]
    return INPUTS[row.kind](**options)


def help_of(row: ApplicationSetting, setting: Setting[Any] | None) -> str:
    """Return what the setting is for, and what an empty input means."""
    if row.is_secret:
        kept = gettext("Leave it empty to keep the secret.")
        return f"{row.description} {kept}".strip()
    if setting is None:
        return row.description
    default = gettext("Empty means the default: %s") % setting.default
    return f"{setting.description} {default}".strip()


def shown(row: ApplicationSetting) -> str:
    """Return a setting's value for people: a secret is masked."""
    if row.stored is None:
        setting = registered().get(row.name)
        default = str(setting.default) if setting and not row.is_secret else ""
        return f"{default} ({gettext('default')})".strip()
    return MASK if row.is_secret else str(shown_value(row))


def shown_value(row: ApplicationSetting) -> Any:
    """Return what the row holds as a value of its kind, or as it is where it is none."""
    setting = registered().get(row.name)
    try:
        if row.stored is None:
            return None
        return read_value(setting, row.stored) if setting else codec_of(row).read(row.stored)
    except (WrongSetting, ValueError):
        return row.stored


def codec_of(row: ApplicationSetting) -> Codec:
    return next(codec for codec in CODECS.values() if codec.kind == row.kind)
