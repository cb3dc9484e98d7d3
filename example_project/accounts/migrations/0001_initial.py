import django.contrib.auth.models
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import django_schemapatterns.operations
import example_project.database


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("schemapatterns", "0002_soft_delete"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        db_comment="Log-in name: 3 to 50 letters, digits and underscores",
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-zA-Z0-9_]{3,50}$", "Use 3 to 50 letters, digits and underscores."
                            )
                        ],
                    ),
                ),
                ("email", models.EmailField(db_comment="Address in lower case", max_length=255)),
                ("first_name", models.CharField(max_length=100)),
                ("last_name", models.CharField(max_length=100)),
                ("phone", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("date_of_birth", models.DateField(blank=True, null=True)),
                ("email_verified", models.BooleanField(db_default=False, default=False)),
                ("phone_verified", models.BooleanField(db_default=False, default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("inactive", "inactive"),
                            ("suspended", "suspended"),
                            ("pending_verification", "pending verification"),
                        ],
                        db_comment="Only an active user can log in",
                        db_default="active",
                        default="active",
                        max_length=20,
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        db_comment="May enter the admin",
                        db_default=False,
                        default=False,
                        verbose_name="staff status",
                    ),
                ),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, db_column="last_login_at", null=True, verbose_name="last login"
                    ),
                ),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "db_table": "users",
                "db_table_comment": "Customers and staff",
            },
        ),
        migrations.CreateModel(
            name="AuditedGroup",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.group",),
            managers=[
                ("objects", django.contrib.auth.models.GroupManager()),
            ],
        ),
        migrations.CreateModel(
            name="AuditedGroup_permissions",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.group_permissions",),
        ),
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                (
                    "permissions",
                    models.JSONField(blank=True, db_comment="List of permission names", default=list),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
            options={
                "db_table": "roles",
                "db_table_comment": "Named bundles of permissions",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("name",), name="roles_name_unique")],
            },
        ),
        migrations.CreateModel(
            name="UserRole",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "role_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "assigned_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "assigned_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="roles_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="user_roles",
                        to="accounts.role",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="user_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "user_roles",
                "db_table_comment": "Which user holds which role",
            },
        ),
        migrations.AddField(
            model_name="user",
            name="roles",
            field=models.ManyToManyField(
                blank=True,
                related_name="users",
                through="accounts.UserRole",
                through_fields=("user", "role"),
                to="accounts.role",
            ),
        ),
        migrations.CreateModel(
            name="UserProfile",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="profile",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("avatar_url", models.URLField(blank=True, db_default="", default="", max_length=500)),
                ("bio", models.TextField(blank=True, db_default="", default="")),
                ("website", models.URLField(blank=True, db_default="", default="", max_length=255)),
                ("location", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("timezone", models.CharField(db_default="UTC", default="UTC", max_length=50)),
                ("language", models.CharField(db_default="en", default="en", max_length=10)),
                (
                    "notification_preferences",
                    models.JSONField(
                        blank=True, db_default=models.Value({}, models.JSONField()), default=dict
                    ),
                ),
                (
                    "privacy_settings",
                    models.JSONField(
                        blank=True, db_default=models.Value({}, models.JSONField()), default=dict
                    ),
                ),
            ],
            options={
                "db_table": "user_profiles",
                "db_table_comment": "Optional details that users keep about themselves",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["notification_preferences"],
                        name="user_profiles_notify_idx",
                        opclasses=["jsonb_path_ops"],
                    )
                ],
                "constraints": [
                    example_project.database.DatabaseForeignKey(
                        field="user", name="user_profiles_user_fk", on_delete="CASCADE"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditedUser_groups",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("accounts.user_groups",),
        ),
        migrations.CreateModel(
            name="AuditedUser_user_permissions",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("accounts.user_user_permissions",),
        ),
        migrations.AddIndex(
            model_name="userrole",
            index=models.Index(fields=["role"], name="user_roles_role_idx"),
        ),
        migrations.AddIndex(
            model_name="userrole",
            index=models.Index(
                condition=models.Q(("assigned_by__isnull", False)),
                fields=["assigned_by"],
                name="user_roles_assigned_by_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="userrole",
            constraint=example_project.database.DatabaseForeignKey(
                field="user", name="user_roles_user_fk", on_delete="CASCADE"
            ),
        ),
        migrations.AddConstraint(
            model_name="userrole",
            constraint=example_project.database.DatabaseForeignKey(
                field="role", name="user_roles_role_fk", on_delete="CASCADE"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.db.models.functions.text.Lower(
                    django.db.models.functions.text.Concat("first_name", models.Value(" "), "last_name")
                ),
                name="users_full_name_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("status", "active"), _negated=True),
                fields=["status"],
                name="users_not_active_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["-created_at"], name="users_created_idx"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("email",), name="users_email_unique"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("username",), name="users_username_unique"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email__regex", "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$")),
                name="users_email_format",
                violation_error_message="Enter a valid email address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__regex", "^[a-zA-Z0-9_]{3,50}$")),
                name="users_username_format",
                violation_error_message="Use 3 to 50 letters, digits and underscores.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_name__regex", "\\S"), ("last_name__regex", "\\S")),
                name="users_names_not_blank",
                violation_error_message="First and last name must not be blank.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["active", "inactive", "suspended", "pending_verification"])
                ),
                name="users_status_known",
                violation_error_message="Choose one of the known states.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["created_at", "description", "id", "name", "permissions"],
                key=["id"],
                kinds={"permissions": "jsonb"},
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_9c2c9a16",
                table="roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["created_at", "description", "id", "name", "permissions"],
                key=["id"],
                kinds={"permissions": "jsonb"},
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_e518815f",
                table="roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["created_at", "description", "id", "name", "permissions"],
                key=["id"],
                kinds={"permissions": "jsonb"},
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_0d02fa65",
                table="roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="role",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_9c54f739",
                table="roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["id", "name"],
                key=["id"],
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_e4547cee",
                table="auth_group",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["id", "name"],
                key=["id"],
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_902e0a5b",
                table="auth_group",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["id", "name"],
                key=["id"],
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_5be31e6c",
                table="auth_group",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_88f7af4c",
                table="auth_group",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["group_id", "id", "permission_id"],
                key=["id"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_f68e43ee",
                table="auth_group_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["group_id", "id", "permission_id"],
                key=["id"],
                name="audit_update",
                pgid="pgtrigger_audit_update_a1ca40b9",
                table="auth_group_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["group_id", "id", "permission_id"],
                key=["id"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_c6625ca7",
                table="auth_group_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditedgroup_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_85c35f97",
                table="auth_group_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at"],
                key=["user_id"],
                kinds={"notification_preferences": "jsonb", "privacy_settings": "jsonb"},
                name="audit_insert",
                pgid="pgtrigger_audit_insert_7f828cef",
                table="user_profiles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at"],
                key=["user_id"],
                kinds={"notification_preferences": "jsonb", "privacy_settings": "jsonb"},
                name="audit_update",
                pgid="pgtrigger_audit_update_c8adca7c",
                table="user_profiles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "avatar_url",
                    "bio",
                    "created_at",
                    "language",
                    "location",
                    "notification_preferences",
                    "privacy_settings",
                    "timezone",
                    "user_id",
                    "website",
                ],
                exclude=["updated_at"],
                key=["user_id"],
                kinds={"notification_preferences": "jsonb", "privacy_settings": "jsonb"},
                name="audit_delete",
                pgid="pgtrigger_audit_delete_887b07d9",
                table="user_profiles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userprofile",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_ec048e7e",
                table="user_profiles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userrole",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["assigned_at", "assigned_by_id", "role_id", "user_id"],
                key=["user_id", "role_id"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_2163b4a1",
                table="user_roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userrole",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["assigned_at", "assigned_by_id", "role_id", "user_id"],
                key=["user_id", "role_id"],
                name="audit_update",
                pgid="pgtrigger_audit_update_cd55ca7a",
                table="user_roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userrole",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["assigned_at", "assigned_by_id", "role_id", "user_id"],
                key=["user_id", "role_id"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_11e81889",
                table="user_roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userrole",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_bce6b8eb",
                table="user_roles",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "created_at",
                    "date_of_birth",
                    "deleted_at",
                    "email",
                    "email_verified",
                    "first_name",
                    "id",
                    "is_staff",
                    "is_superuser",
                    "last_login_at",
                    "last_name",
                    "password",
                    "phone",
                    "phone_verified",
                    "status",
                    "username",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"password": "masked"},
                label=["username"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_2c906b9d",
                table="users",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "created_at",
                    "date_of_birth",
                    "deleted_at",
                    "email",
                    "email_verified",
                    "first_name",
                    "id",
                    "is_staff",
                    "is_superuser",
                    "last_login_at",
                    "last_name",
                    "password",
                    "phone",
                    "phone_verified",
                    "status",
                    "username",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"password": "masked"},
                label=["username"],
                name="audit_update",
                pgid="pgtrigger_audit_update_afa6d880",
                table="users",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "created_at",
                    "date_of_birth",
                    "deleted_at",
                    "email",
                    "email_verified",
                    "first_name",
                    "id",
                    "is_staff",
                    "is_superuser",
                    "last_login_at",
                    "last_name",
                    "password",
                    "phone",
                    "phone_verified",
                    "status",
                    "username",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"password": "masked"},
                label=["username"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_66804bbc",
                table="users",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_9aa0da25",
                table="users",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_groups",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["group_id", "id", "user_id"],
                key=["id"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_6be16e00",
                table="users_groups",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_groups",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["group_id", "id", "user_id"],
                key=["id"],
                name="audit_update",
                pgid="pgtrigger_audit_update_98c445ff",
                table="users_groups",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_groups",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["group_id", "id", "user_id"],
                key=["id"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_1368335a",
                table="users_groups",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_groups",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_0b3adb1e",
                table="users_groups",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_user_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["id", "permission_id", "user_id"],
                key=["id"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_2ae250d9",
                table="users_user_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_user_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["id", "permission_id", "user_id"],
                key=["id"],
                name="audit_update",
                pgid="pgtrigger_audit_update_e5d5501c",
                table="users_user_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_user_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["id", "permission_id", "user_id"],
                key=["id"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_ce5f6c86",
                table="users_user_permissions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditeduser_user_permissions",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_fbda1016",
                table="users_user_permissions",
            ),
        ),
    ]
