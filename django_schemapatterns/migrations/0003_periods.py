from django.db import migrations

from django_schemapatterns import operations


class Migration(migrations.Migration):
    dependencies = [("schemapatterns", "0002_soft_delete")]

    operations = [
        operations.InstallSQL("periods", ["period_reason.v1", "period_actor.v1", "is_own_row.v1"]),
    ]
