"""Django settings of the benchmarks: ours, the peers, and nothing that is not measured."""

from __future__ import annotations

import os

from example_project.postgres import database_from_url

SECRET_KEY = "only-for-benchmarks"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        **database_from_url(os.environ["DATABASE_URL"]),
        "TEST": {"NAME": "schemapatterns_benchmarks"},
    }
}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "auditlog",
    "simple_history",
    "safedelete",
    "softdelete",
    "django_schemapatterns",
    "benchmarks.audit.apps.ShopConfig",
    "benchmarks.softdelete.apps.TrashConfig",
    "benchmarks.periods.apps.PricesConfig",
    "benchmarks.attributes.apps.DocumentsConfig",
    "benchmarks.search.apps.WordsConfig",
    "benchmarks.encryption.apps.SecretsConfig",
]
SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"benchmark": {"k": bytes(range(32))}}}
RLS_TENANTS = {"TENANT_MODEL": "rowbench.User", "TENANT_FK_FIELD": "user", "TENANT_PK_TYPE": "bigint"}
