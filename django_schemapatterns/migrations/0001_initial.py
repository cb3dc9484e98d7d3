import django.core.serializers.json
from django.db import migrations, models

from django_schemapatterns import operations
from django_schemapatterns.audit import fields

AUDIT_LOG = '"schemapatterns"."audit_log"'


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        operations.InstallSQL(
            "schema",
            ["schemapatterns.v1", "context_key.v1", "context_setting.v1", "copy_statement_triggers.v1"],
        ),
        operations.InstallSQL(
            "audit",
            [
                "audit_noted.v1",
                "audit_text.v1",
                "audit_context.v1",
                "audit_note.v1",
                "audit_pause.v1",
                "audit_maintenance.v1",
                "audit_refuse.v1",
                "audit_old_values.v1",
                "audit_new_values.v1",
                "audit_changed_fields.v1",
                "create_audit_partitions.v1",
                "audit_log.v1",
                "audit_trail.v1",
            ],
        ),
        migrations.CreateModel(
            name="AuditLog",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(verbose_name="time")),
                ("transaction_id", fields.TransactionIdField(verbose_name="transaction")),
                ("table_name", models.TextField(null=True, verbose_name="table")),
                ("record_id", models.TextField(null=True, verbose_name="record")),
                ("record_label", models.TextField(null=True, verbose_name="record label")),
                (
                    "operation",
                    models.TextField(
                        choices=[
                            ("I", "created"),
                            ("U", "changed"),
                            ("D", "deleted"),
                            ("T", "truncated"),
                            ("P", "audit paused"),
                            ("M", "log maintained"),
                        ],
                        verbose_name="operation",
                    ),
                ),
                (
                    "changes",
                    fields.ChangesField(
                        decoder=fields.ExactJSONDecoder,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                        verbose_name="changes",
                    ),
                ),
                ("user_id", models.TextField(null=True, verbose_name="user id")),
                ("user_label", models.TextField(null=True, verbose_name="user")),
                ("ip_address", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                ("user_agent", models.TextField(null=True, verbose_name="user agent")),
                ("request_id", models.UUIDField(null=True, verbose_name="request")),
                (
                    "context",
                    fields.ExactJSONField(
                        decoder=fields.ExactJSONDecoder,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        null=True,
                        verbose_name="context",
                    ),
                ),
                ("db_role", models.TextField(verbose_name="database role")),
                ("application_name", models.TextField(null=True, verbose_name="application")),
                ("client_address", models.GenericIPAddressField(null=True, verbose_name="client address")),
            ],
            options={
                "verbose_name": "audit log entry",
                "verbose_name_plural": "audit log",
                "db_table": AUDIT_LOG,
                "ordering": ["id"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        operations.AddUnmanagedTrigger(
            "auditlog",
            operations.CompiledGuardTrigger(
                name="append_only_rows", pgid="pgtrigger_append_only_rows_df5d8987", table=AUDIT_LOG
            ),
        ),
        operations.AddUnmanagedTrigger(
            "auditlog",
            operations.CompiledGuardTrigger(
                name="append_only_table", pgid="pgtrigger_append_only_table_836b4804", table=AUDIT_LOG
            ),
        ),
    ]
