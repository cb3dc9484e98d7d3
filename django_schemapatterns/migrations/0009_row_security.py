"""What row security and the signed context need."""

from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0008_search"),
    ]

    operations = [
        operations.InstallSQL(
            "rowsecurity",
            ["current_user_id.v1", "current_tenant_id.v1", "claim.v1", "protect_partitions.v1"],
        ),
    ]
