"""What search in the database needs."""

from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0007_documentation"),
    ]

    operations = [
        operations.InstallSQL("search", ["search_list.v1", "search_json.v1", "search_vector.v1"]),
    ]
