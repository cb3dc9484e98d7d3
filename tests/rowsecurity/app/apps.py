from django.apps import AppConfig


class RowTestsConfig(AppConfig):
    name = "tests.rowsecurity.app"
    label = "rowtests"
    default_auto_field = "django.db.models.BigAutoField"
