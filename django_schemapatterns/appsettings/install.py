"""The functions of settings in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare("appsettings", ["setting_fits.v1", "setting_version.v1", "get_setting.v1"])
