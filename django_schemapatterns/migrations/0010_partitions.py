"""What partitions need."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0009_row_security"),
    ]

    operations = []
