import django.core.validators
import pgtrigger.migrations
from django.db import migrations, models

from django_schemapatterns import constraints, operations


class Migration(migrations.Migration):
    dependencies = [("schemapatterns", "0005_attributes")]

    operations = [
        operations.InstallSQL("timestamps", ["touch.v1"]),
        operations.InstallSQL("appsettings", ["setting_fits.v1", "setting_version.v1", "get_setting.v1"]),
        operations.CreateOwnModel(
            name="ApplicationSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        max_length=50,
                        validators=[django.core.validators.RegexValidator("^[a-z][a-z0-9_]*$")],
                        verbose_name="category",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        max_length=100,
                        validators=[django.core.validators.RegexValidator("^[a-z][a-z0-9_.]*$")],
                        verbose_name="key",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "text"),
                            ("integer", "whole number"),
                            ("decimal", "number"),
                            ("boolean", "yes or no"),
                            ("date", "date"),
                            ("datetime", "date and time"),
                            ("duration", "duration"),
                            ("json", "JSON"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("value", models.JSONField(blank=True, null=True, verbose_name="value")),
                ("secret_value", models.JSONField(blank=True, null=True, verbose_name="secret value")),
                ("description", models.TextField(blank=True, default="", verbose_name="description")),
                ("is_public", models.BooleanField(default=False, verbose_name="public")),
                ("is_secret", models.BooleanField(default=False, verbose_name="secret")),
                (
                    "version",
                    models.PositiveIntegerField(db_default=1, editable=False, verbose_name="version"),
                ),
            ],
            options={
                "verbose_name": "application setting",
                "verbose_name_plural": "application settings",
                "db_table": '"schemapatterns"."application_setting"',
                "ordering": ["category", "key"],
                "constraints": [
                    models.UniqueConstraint(fields=("category", "key"), name="applicationsetting_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_secret", False), ("secret_value__isnull", True)),
                            models.Q(("is_public", False), ("is_secret", True), ("value__isnull", True)),
                            _connector="OR",
                        ),
                        name="applicationsetting_secret",
                    ),
                    constraints.SettingRule(fits="value", name="applicationsetting_kind"),
                    constraints.SettingRule(fits="secret_value", name="applicationsetting_secret_kind"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationsetting",
            trigger=operations.CompiledVersionTrigger(
                name="setting_version",
                pgid="pgtrigger_setting_version_0f9b0a6d",
                table='"schemapatterns"."application_setting"',
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationsetting",
            trigger=operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "category",
                    "description",
                    "id",
                    "is_public",
                    "is_secret",
                    "key",
                    "kind",
                    "secret_value",
                    "value",
                    "version",
                ],
                condition='(("value" IS NOT NULL OR "secret_value" IS NOT NULL))',
                key=["id"],
                kinds={"secret_value": "masked", "value": "jsonb"},
                label=["category", "key"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_4b1e7cc4",
                table='"schemapatterns"."application_setting"',
                types={"secret_value": "jsonb", "value": "jsonb"},
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationsetting",
            trigger=operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "category",
                    "description",
                    "id",
                    "is_public",
                    "is_secret",
                    "key",
                    "kind",
                    "secret_value",
                    "value",
                    "version",
                ],
                condition='(("value" IS NOT NULL OR "secret_value" IS NOT NULL))',
                key=["id"],
                kinds={"secret_value": "masked", "value": "jsonb"},
                label=["category", "key"],
                name="audit_update",
                pgid="pgtrigger_audit_update_13624e69",
                table='"schemapatterns"."application_setting"',
                types={"secret_value": "jsonb", "value": "jsonb"},
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationsetting",
            trigger=operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "category",
                    "description",
                    "id",
                    "is_public",
                    "is_secret",
                    "key",
                    "kind",
                    "secret_value",
                    "value",
                    "version",
                ],
                condition='(("value" IS NOT NULL OR "secret_value" IS NOT NULL))',
                key=["id"],
                kinds={"secret_value": "masked", "value": "jsonb"},
                label=["category", "key"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_d0582e50",
                table='"schemapatterns"."application_setting"',
                types={"secret_value": "jsonb", "value": "jsonb"},
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="applicationsetting",
            trigger=operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_02c89949",
                table='"schemapatterns"."application_setting"',
            ),
        ),
    ]
