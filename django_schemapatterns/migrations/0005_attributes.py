from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [("schemapatterns", "0003_periods")]

    operations = [
        operations.InstallSQL("attributes", ["find_by_attributes.v1"]),
    ]
