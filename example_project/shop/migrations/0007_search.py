"""The search box of the products."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0006_prove_product_attributes"),
    ]

    operations = []
