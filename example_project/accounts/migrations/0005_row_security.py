"""Who sees which profiles."""

from django.db import migrations, models

from django_schemapatterns import constraints, context, operations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_comments_and_rules"),
        ("schemapatterns", "0009_row_security"),
    ]

    operations = [
        operations.CreateRole("owner"),
        operations.CreateRole("readwrite"),
        operations.CreateRole("readonly"),
        operations.CreateRole("admin"),
        operations.EnableRowSecurity("UserProfile"),
        migrations.AddConstraint(
            model_name="userprofile",
            constraint=constraints.RowSecurity(
                constraints.Allow(
                    "own",
                    commands="select insert update",
                    when=models.Q(("user", context.CurrentUserId())),
                ),
                bypass=["admin"],
                name="user_profiles_row_security",
            ),
        ),
    ]
