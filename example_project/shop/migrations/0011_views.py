"""Views and functions of the shop."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0010_row_security"),
    ]

    operations = []
