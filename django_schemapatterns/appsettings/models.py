"""The table of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.appsettings.constraints import SettingRule
from django_schemapatterns.appsettings.kinds import Kind
from django_schemapatterns.appsettings.triggers import VersionTrigger
from django_schemapatterns.schema.attach import add_triggers

if TYPE_CHECKING:
    _JSONField = models.JSONField[Any, Any]
else:
    _JSONField = models.JSONField


class SecretField(_JSONField):
    """A JSONField that tells its value to nobody but who reads the attribute: fixtures leave it empty."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def value_from_object(self, obj: models.Model) -> None:
        return None


class ApplicationSetting(models.Model):
    """
    What a setting is set to; a row without a value stands for the default.

    A secret has its value in a column of its own, which the audit log masks and a role may be kept from.
    """

    category = models.CharField(
        _("category"), max_length=50, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")]
    )
    key = models.CharField(_("key"), max_length=100, validators=[RegexValidator(r"^[a-z][a-z0-9_.]*$")])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.JSONField(_("value"), null=True, blank=True)
    secret_value = SecretField(_("secret value"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True, default="")
    is_public = models.BooleanField(_("public"), default=False)
    is_secret = models.BooleanField(_("secret"), default=False)
    version = models.PositiveIntegerField(_("version"), db_default=1, editable=False)

    class Meta:
        app_label = "schemapatterns"
        db_table = '"schemapatterns"."application_setting"'
        verbose_name = _("application setting")
        verbose_name_plural = _("application settings")
        ordering = ["category", "key"]
        constraints = [
            models.UniqueConstraint(fields=["category", "key"], name="applicationsetting_name"),
            SettingRule(name="applicationsetting_kind", fits="value"),
            SettingRule(name="applicationsetting_secret_kind", fits="secret_value"),
            models.CheckConstraint(
                condition=models.Q(is_secret=False, secret_value__isnull=True)
                | models.Q(is_secret=True, is_public=False, value__isnull=True),
                name="applicationsetting_secret",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.category}.{self.key}"

    @property
    def stored(self) -> Any:
        """Return what the row holds, as JSON."""
        return self.secret_value if self.is_secret else self.value

    @stored.setter
    def stored(self, value: Any) -> None:
        self.secret_value, self.value = (value, None) if self.is_secret else (None, value)


add_triggers(ApplicationSetting, [VersionTrigger(name="setting_version")])
