"""What is kept encrypted."""

from django.db import migrations, models

import django_schemapatterns.constraints
import django_schemapatterns.fields
import django_schemapatterns.operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_row_security"),
        ("schemapatterns", "0011_encryption"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="userprofile",
            options={
                "permissions": [
                    ("restore_userprofile", "Can restore user profile"),
                    ("hard_delete_userprofile", "Can delete user profile for good"),
                    ("reveal_userprofile", "Can see encrypted values of user profile"),
                ]
            },
        ),
        migrations.RemoveConstraint(
            model_name="userprofile",
            name="accounts_userprofile_active",
        ),
        migrations.RemoveConstraint(
            model_name="userprofile",
            name="accounts_userprofile_deleted",
        ),
        migrations.AddField(
            model_name="userprofile",
            name="tax_number",
            field=django_schemapatterns.fields.EncryptedField(
                base_field=models.CharField(
                    blank=True,
                    db_comment="For invoices to companies; encrypted",
                    help_text="For invoices to companies; encrypted",
                    max_length=30,
                    null=True,
                ),
                bind="row",
                index=django_schemapatterns.fields.BlindIndex(normalize="casefold"),
                key="pii",
            ),
        ),
        migrations.AddField(
            model_name="userprofile",
            name="tax_number_index",
            field=django_schemapatterns.fields.BlindIndexField(db_index=True),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=django_schemapatterns.constraints.SoftDeleteView(
                columns=[
                    ("created_at", "timestamp with time zone"),
                    ("updated_at", "timestamp with time zone"),
                    ("user_id", "bigint"),
                    ("avatar_url", "varchar(500)"),
                    ("bio", "text"),
                    ("website", "varchar(255)"),
                    ("location", "varchar(255)"),
                    ("timezone", "varchar(50)"),
                    ("language", "varchar(10)"),
                    ("notification_preferences", "jsonb"),
                    ("privacy_settings", "jsonb"),
                    ("tax_number", "bytea"),
                    ("tax_number_index", "bytea"),
                ],
                name="accounts_userprofile_active",
                table="user_profiles",
            ),
        ),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=django_schemapatterns.constraints.SoftDeleteView(
                columns=[
                    ("deleted_at", "timestamp with time zone"),
                    ("deletion_id", "uuid"),
                    ("created_at", "timestamp with time zone"),
                    ("updated_at", "timestamp with time zone"),
                    ("user_id", "bigint"),
                    ("avatar_url", "varchar(500)"),
                    ("bio", "text"),
                    ("website", "varchar(255)"),
                    ("location", "varchar(255)"),
                    ("timezone", "varchar(50)"),
                    ("language", "varchar(10)"),
                    ("notification_preferences", "jsonb"),
                    ("privacy_settings", "jsonb"),
                    ("tax_number", "bytea"),
                    ("tax_number_index", "bytea"),
                ],
                name="accounts_userprofile_deleted",
                table="user_profiles",
            ),
        ),
        django_schemapatterns.operations.AlterTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "deleted_at",
                    "deletion_id",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "tax_number",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at", "tax_number_index"],
                key=["user_id"],
                kinds={
                    "notification_preferences": "jsonb",
                    "privacy_settings": "jsonb",
                    "tax_number": "masked",
                },
                name="audit_insert",
                pgid="pgtrigger_audit_insert_7f828cef",
                table="user_profiles",
            ),
        ),
        django_schemapatterns.operations.AlterTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "deleted_at",
                    "deletion_id",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "tax_number",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at", "tax_number_index"],
                key=["user_id"],
                kinds={
                    "notification_preferences": "jsonb",
                    "privacy_settings": "jsonb",
                    "tax_number": "masked",
                },
                name="audit_update",
                pgid="pgtrigger_audit_update_c8adca7c",
                table="user_profiles",
            ),
        ),
        django_schemapatterns.operations.AlterTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "deleted_at",
                    "deletion_id",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "tax_number",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at", "tax_number_index"],
                key=["user_id"],
                kinds={
                    "notification_preferences": "jsonb",
                    "privacy_settings": "jsonb",
                    "tax_number": "masked",
                },
                name="audit_delete",
                pgid="pgtrigger_audit_delete_887b07d9",
                table="user_profiles",
            ),
        ),
        django_schemapatterns.operations.AlterTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledTouchTrigger(
                column="updated_at",
                generated=["tax_number_index"],
                name="touch_updated_at",
                pgid="pgtrigger_touch_updated_at_72e2baff",
                table="user_profiles",
            ),
        ),
    ]
