"""What row security and the signed context need."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0008_search"),
    ]

    operations = []
