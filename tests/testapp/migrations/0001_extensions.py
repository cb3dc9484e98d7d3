from django.contrib.postgres.operations import CITextExtension, HStoreExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [HStoreExtension(), CITextExtension()]
