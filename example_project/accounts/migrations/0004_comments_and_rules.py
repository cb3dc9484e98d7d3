"""Comments and rules of the tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_types"),
    ]

    operations = []
