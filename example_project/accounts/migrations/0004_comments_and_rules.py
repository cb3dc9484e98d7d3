"""Comments and rules of the tables."""

import django.core.validators
from django.db import migrations, models

import django_schemapatterns.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_types"),
    ]

    operations = [
        migrations.AlterModelTableComment(
            name="role",
            table_comment="A named bundle of shop permissions.",
        ),
        migrations.AlterModelTableComment(
            name="userprofile",
            table_comment="What users say about themselves; one row each, made when first needed.",
        ),
        migrations.AlterModelTableComment(
            name="userrole",
            table_comment="That a user holds a role, since when and by whose hand.",
        ),
        migrations.AlterField(
            model_name="role",
            name="permissions",
            field=models.JSONField(
                blank=True,
                db_comment="List of permission names",
                default=list,
                help_text="List of permission names",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=django_schemapatterns.fields.EmailAddressField(
                db_comment="Address in lower case",
                domain="email_address",
                help_text="Address in lower case",
                max_length=254,
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="email_verified",
            field=models.BooleanField(
                db_comment="Has opened the link from a message",
                db_default=False,
                default=False,
                help_text="Has opened the link from a message",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_staff",
            field=models.BooleanField(
                db_comment="May enter the admin",
                db_default=False,
                default=False,
                help_text="May enter the admin",
                verbose_name="staff status",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_superuser",
            field=models.BooleanField(
                db_comment="Designates that this user has all permissions without explicitly assigning them.",
                default=False,
                help_text="Designates that this user has all permissions without explicitly assigning them.",
                verbose_name="superuser status",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="phone_verified",
            field=models.BooleanField(
                db_comment="Has entered the code from a message",
                db_default=False,
                default=False,
                help_text="Has entered the code from a message",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="status",
            field=django_schemapatterns.fields.EnumField(
                db_comment="Only an active user can log in",
                db_default="active",
                default="active",
                help_text="Only an active user can log in",
                type="user_status",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                db_comment="Log-in name: 3 to 50 letters, digits and underscores",
                help_text="Log-in name: 3 to 50 letters, digits and underscores",
                max_length=50,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[a-zA-Z0-9_]{3,50}$", "Use 3 to 50 letters, digits and underscores."
                    )
                ],
            ),
        ),
        migrations.AlterField(
            model_name="userprofile",
            name="language",
            field=models.CharField(
                db_comment="As en or pt-br",
                db_default="en",
                default="en",
                help_text="As en or pt-br",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="userprofile",
            name="timezone",
            field=models.CharField(
                db_comment="Of the tz database, as Europe/Berlin",
                db_default="UTC",
                default="UTC",
                help_text="Of the tz database, as Europe/Berlin",
                max_length=50,
            ),
        ),
    ]
