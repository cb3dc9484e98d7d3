"""Who sees which profiles."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_comments_and_rules"),
    ]

    operations = []
