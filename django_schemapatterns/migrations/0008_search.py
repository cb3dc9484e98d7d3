"""What search in the database needs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0007_documentation"),
    ]

    operations = []
