"""Who sees which orders."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0009_partitions"),
    ]

    operations = []
