"""What encryption in the database needs."""

from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0010_partitions"),
    ]

    operations = [
        operations.InstallSQL("encryption", ["encryption_key.v1"]),
    ]
