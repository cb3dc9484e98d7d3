"""Comments and rules of the tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0007_search"),
    ]

    operations = []
