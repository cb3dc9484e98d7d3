"""What is kept encrypted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_row_security"),
    ]

    operations = []
