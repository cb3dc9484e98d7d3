from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [("schemapatterns", "0005_attributes")]

    operations = [
        operations.InstallSQL("timestamps", ["touch.v1"]),
    ]
