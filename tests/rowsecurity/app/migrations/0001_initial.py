import django.db.models.deletion
from django.db import migrations, models

import django_schemapatterns.constraints
import django_schemapatterns.context
import django_schemapatterns.fields
import django_schemapatterns.operations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schemapatterns", "0009_row_security"),
    ]

    operations = [
        django_schemapatterns.operations.CreateRole("owner"),
        django_schemapatterns.operations.CreateRole("readwrite"),
        django_schemapatterns.operations.CreateRole("readonly"),
        django_schemapatterns.operations.CreateRole("admin"),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=50)),
                ("is_public", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("holder", models.UUIDField(db_index=True)),
                ("level", models.IntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Page",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pages",
                        to="rowtests.document",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("leads", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="rowtests.person"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="document",
            name="owner",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="rowtests.person"),
        ),
        migrations.AddField(
            model_name="document",
            name="readers",
            field=models.ManyToManyField(related_name="readable", to="rowtests.person"),
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                (
                    "members",
                    models.ManyToManyField(
                        related_name="teams", through="rowtests.Membership", to="rowtests.person"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="rowtests.team"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="tenant",
            field=models.ForeignKey(
                db_default=django_schemapatterns.context.CurrentTenantId(),
                on_delete=django.db.models.deletion.CASCADE,
                to="rowtests.tenant",
            ),
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(default="")),
                (
                    "document",
                    django_schemapatterns.fields.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="rowtests.document",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_default=django_schemapatterns.context.CurrentTenantId(),
                        on_delete=django.db.models.deletion.CASCADE,
                        to="rowtests.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "id"), name="rowtests_remark_tenant_key")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("tenant", "id"), name="rowtests_document_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=django_schemapatterns.constraints.RowSecurity(
                django_schemapatterns.constraints.Allow(
                    "held",
                    commands="select insert",
                    when=models.Q(("holder", django_schemapatterns.context.CurrentUserId())),
                ),
                django_schemapatterns.constraints.Allow(
                    "cleared",
                    when=models.Q(
                        (
                            "level__lte",
                            django_schemapatterns.context.CurrentClaim("clearance", models.IntegerField()),
                        )
                    ),
                ),
                missing="raise",
                name="rowtests_secret_row_security",
            ),
        ),
        migrations.AddConstraint(
            model_name="page",
            constraint=django_schemapatterns.constraints.RowSecurity(
                django_schemapatterns.constraints.Allow(
                    "own",
                    commands="all",
                    when=models.Q(("document__owner", django_schemapatterns.context.CurrentUserId())),
                ),
                django_schemapatterns.constraints.Allow(
                    "public", when=models.Q(("document__is_public", True))
                ),
                bypass=["admin"],
                name="rowtests_page_row_security",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=django_schemapatterns.constraints.RowSecurity(
                django_schemapatterns.constraints.Allow(
                    "member", when=models.Q(("members", django_schemapatterns.context.CurrentUserId()))
                ),
                django_schemapatterns.constraints.Allow(
                    "leader",
                    commands="update",
                    when=models.Q(
                        ("memberships__leads", True),
                        ("memberships__person", django_schemapatterns.context.CurrentUserId()),
                    ),
                ),
                name="rowtests_team_row_security",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=django_schemapatterns.constraints.RowSecurity(
                django_schemapatterns.constraints.Allow(
                    "all",
                    commands="all",
                    when=models.Q(("tenant", django_schemapatterns.context.CurrentTenantId())),
                ),
                name="rowtests_remark_row_security",
                wall=django_schemapatterns.constraints.Wall(
                    tenant=django_schemapatterns.context.CurrentTenantId()
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=django_schemapatterns.constraints.TenantReference(
                field="document", name="rowtests_remark_document_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=django_schemapatterns.constraints.RowSecurity(
                django_schemapatterns.constraints.Allow(
                    "own",
                    commands="all",
                    when=models.Q(("owner", django_schemapatterns.context.CurrentUserId())),
                ),
                django_schemapatterns.constraints.Allow("public", when=models.Q(("is_public", True))),
                bypass=["admin"],
                name="rowtests_document_row_security",
                wall=django_schemapatterns.constraints.Wall(
                    tenant=django_schemapatterns.context.CurrentTenantId()
                ),
            ),
        ),
    ]
