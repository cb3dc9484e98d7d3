"""Settings of the example project and of the test suite; the environment decides what differs."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from example_project import logins
from example_project.postgres import database_from_url

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development-and-never-in-production-0123456789")
DEBUG = os.environ.get("DEBUG", "1") == "1"
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

# With one URL everything has the rights of its login, as in tests. With all three the web process is bound by
# policies, staff pass them in the admin, and `migrate --database migrations` acts for the owner.
DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", "postgresql:///schemapatterns"))}
for _alias in ("staff", "migrations"):
    if _url := os.environ.get(f"{_alias.upper()}_DATABASE_URL"):
        DATABASES[_alias] = {**database_from_url(_url), "TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS = ["django_schemapatterns.roles.routing.RoleRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "django_schemapatterns",
    "example_project.accounts",
    "example_project.shop",
]
if os.environ.get("SCHEMAPATTERNS_TESTING") and find_spec("tests") and find_spec("tests.testapp"):
    INSTALLED_APPS += [
        "tests.testapp",
        "tests.softdelete.app",
        "tests.periods.app",
        "tests.attributes.app",
        "tests.search.app",
        "tests.timestamps.app",
        "tests.rowsecurity.app",
        "tests.encryption.app",
        "tests.partitions.app",
    ]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_schemapatterns.roles.routing.StaffMiddleware",
    "django_schemapatterns.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "example_project.urls"
WSGI_APPLICATION = "example_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LOGIN_URL, LOGIN_REDIRECT_URL = "login", "orders"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

SCHEMAPATTERNS = {
    # `manage.py partitions expire` archives the entries of older months, and then drops them.
    "AUDIT_KEEP": "24 months",
    "PARTITIONS_ARCHIVE": os.environ.get("PARTITIONS_ARCHIVE", BASE_DIR / "archive"),
    # What is told of who acts is signed; `manage.py signed_context on` lets the database ask for it.
    "CONTEXT_KEYS": {
        "development": os.environ.get("CONTEXT_KEY", "RDHvxTu2M+1a2VXV1rW1bioCrJ8Gir4B8GVw13+TQ54=")
    },
    # The first key of a ring encrypts, all of them decrypt. In production: "env:PII_KEY_2026", or a file.
    "ENCRYPTION_KEYS": {
        "pii": {"development": os.environ.get("PII_KEY", "n6QQIak2Fz5BgU63AHSrGf2gvuSnheexm6ugVi9v9PA=")}
    },
    "ROLES": {
        "logins": logins.read(os.environ.get("DATABASE_LOGINS", "")),
        "hidden": {"accounts.User": ["date_of_birth"]},
    },
}
