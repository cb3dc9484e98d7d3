"""What encryption in the database needs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0010_partitions"),
    ]

    operations = []
