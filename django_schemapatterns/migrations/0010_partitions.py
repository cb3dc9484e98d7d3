"""What partitions need."""

from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0009_row_security"),
    ]

    operations = [
        operations.InstallSQL(
            "schema",
            ["copy_subpartitions.v1", "move_to_partition.v1", "create_partition.v1", "mark_partitions.v1"],
        ),
        operations.InstallSQL(
            "audit", ["create_audit_partition.v1", "guard_audit_partition.v1", "create_audit_partitions.v2"]
        ),
        operations.InstallSQL("partitions", ["uuid7_at.v1", "create_monthly_partitions.v1", "uuid7.v1"]),
    ]
