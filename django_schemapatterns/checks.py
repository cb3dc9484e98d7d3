"""System checks of every pattern."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.core import checks

from django_schemapatterns.appsettings.checks import check_settings_database
from django_schemapatterns.attributes.checks import check_attributes, check_attributes_database
from django_schemapatterns.audit.checks import check_middleware, check_models, check_vendor
from django_schemapatterns.audit.database_checks import check_database, check_role
from django_schemapatterns.conf import check_settings
from django_schemapatterns.encryption.checks import check_encryption
from django_schemapatterns.encryption.database_checks import check_encryption_database
from django_schemapatterns.partitions.checks import check_partitions
from django_schemapatterns.partitions.database_checks import (
    check_archive,
    check_kept,
    check_partitions_database,
)
from django_schemapatterns.periods.checks import check_periods
from django_schemapatterns.periods.database_checks import check_periods_database
from django_schemapatterns.roles.checks import check_roles
from django_schemapatterns.roles.connection_checks import check_connection
from django_schemapatterns.roles.grant_checks import check_grants
from django_schemapatterns.rowsecurity.checks import check_row_security
from django_schemapatterns.rowsecurity.database_checks import check_row_security_database
from django_schemapatterns.rowsecurity.signed_context_checks import (
    check_signed_context,
    check_unsigned_context,
)
from django_schemapatterns.schema.checks import check_composed, check_installed_apps, check_tables
from django_schemapatterns.schema.declared_checks import check_declared, check_declared_in_database
from django_schemapatterns.search.checks import check_search, check_search_database
from django_schemapatterns.softdelete.checks import check_softdelete, check_softdelete_facts
from django_schemapatterns.softdelete.database_checks import check_softdelete_database
from django_schemapatterns.timestamps.checks import check_timestamps_database
from django_schemapatterns.types.checks import check_types, check_types_in_database

ALWAYS = (check_archive, check_roles)
OF_MODELS = (
    check_installed_apps,
    check_composed,
    check_tables,
    check_vendor,
    check_models,
    check_softdelete,
    check_periods,
    check_attributes,
    check_partitions,
    check_types,
    check_declared,
    check_search,
    check_encryption,
    check_row_security,
)
OF_DATABASES = (
    check_row_security_database,
    check_database,
    check_softdelete_database,
    check_periods_database,
    check_timestamps_database,
    check_attributes_database,
    check_settings_database,
    check_types_in_database,
    check_search_database,
    check_declared_in_database,
    check_grants,
    check_signed_context,
    check_encryption_database,
    check_partitions_database,
)


def register() -> None:
    """Register the checks with Django."""
    models, database, security = checks.Tags.models, checks.Tags.database, checks.Tags.security
    checks.register(check_settings)
    for check in ALWAYS:
        _register(check)
    for check in OF_MODELS:
        _register(check, models)
    for check in OF_DATABASES:
        _register(check, database)
    _register(check_middleware, security)
    _register(check_softdelete_facts, models, deploy=True)
    _register(check_role, database, deploy=True)
    _register(check_kept, security, deploy=True)
    _register(check_connection, database, deploy=True)
    _register(check_unsigned_context, database, deploy=True)


def _register(check: Any, *tags: str, **options: Any) -> None:
    """Let a check wait until the settings are right, of which another one tells."""

    @wraps(check)
    def checked(*args: Any, **kwargs: Any) -> list[checks.CheckMessage]:
        return [] if check_settings() else list(check(*args, **kwargs))

    checks.register(checked, *tags, **options)
