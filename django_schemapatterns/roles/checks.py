"""The check of what SCHEMAPATTERNS["ROLES"] says about models."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from django_schemapatterns import conf
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.roles.hidden import hidden_columns


def check_roles(**kwargs: Any) -> list[CheckMessage]:
    """Find models and columns that the settings hide and that are not there."""
    try:
        roles = conf.get().roles
    except ConfigurationError:
        return []  # check_settings() tells
    try:
        if roles is not None:
            hidden_columns(roles)
    except ConfigurationError as error:
        return [Error(str(error), id="schemapatterns.E449")]
    return []
