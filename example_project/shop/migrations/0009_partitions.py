"""The orders by months."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0008_comments_and_rules"),
    ]

    operations = []
