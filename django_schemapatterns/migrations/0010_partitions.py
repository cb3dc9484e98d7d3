"""What partitions need."""

from django.db import migrations, models

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
        operations.InstallSQL(
            "partitions", ["uuid7_at.v1", "create_monthly_partitions.v1", "uuid7.v1", "partitions.v1"]
        ),
        migrations.CreateModel(
            name="TablePartition",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("table_schema", models.TextField(verbose_name="schema")),
                ("table_name", models.TextField(verbose_name="table")),
                ("partition_name", models.TextField(verbose_name="partition")),
                ("bounds", models.TextField(verbose_name="bounds")),
                ("bytes", models.BigIntegerField(verbose_name="bytes")),
                ("estimated_rows", models.BigIntegerField(null=True, verbose_name="rows, estimated")),
                ("is_default", models.BooleanField(verbose_name="default")),
                ("is_maintained", models.BooleanField(verbose_name="maintained")),
                ("is_detach_pending", models.BooleanField(verbose_name="detach pending")),
            ],
            options={
                "verbose_name": "partition",
                "verbose_name_plural": "partitions",
                "db_table": '"schemapatterns"."partitions"',
                "ordering": ["table_schema", "table_name", "partition_name"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
