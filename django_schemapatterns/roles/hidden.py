"""Columns that the readonly role does not read: secrets, and what the settings name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.conf_roles import RoleSet

# Who knows one of these can log in as somebody, or reads what is masked elsewhere.
ALWAYS: Final = {
    "sessions.session": ("session_key", "session_data"),
    "authtoken.token": ("key",),
    "schemapatterns.applicationsetting": ("secret_value",),
}


def hidden_columns(roles: RoleSet) -> dict[str, frozenset[str]]:
    """Return the columns by the quoted name of their table, or raise a ConfigurationError."""
    found: dict[str, set[str]] = defaultdict(set)
    for model, name in [*_secrets(), *_named(roles)]:
        field = _field(model, name)
        found[quote(field.model._meta.db_table)].add(field.column)
    return {table: frozenset(columns) for table, columns in found.items()}


def _secrets() -> Iterator[tuple[type[Model], str]]:
    user = get_user_model()
    if any(field.name == "password" for field in user._meta.get_fields()):
        yield user, "password"
    for model in apps.get_models():
        for name in ALWAYS.get(model._meta.label_lower, ()):
            yield model, name


def _named(roles: RoleSet) -> Iterator[tuple[type[Model], str]]:
    models = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    for label, names in roles.hidden.items():
        if label.lower() not in models:
            raise ConfigurationError(_unknown(f"no model {label!r}", label.lower(), list(models)))
        for name in names:
            yield models[label.lower()], name


def _field(model: type[Model], name: str) -> Any:
    columns = [field.name for field in model._meta.concrete_fields]
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or not field.concrete or field.many_to_many:
        raise ConfigurationError(_unknown(f"no column {name!r} of {model._meta.label}", name, columns))
    return field


def _unknown(what: str, name: str, known: list[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"SCHEMAPATTERNS['ROLES']['hidden'] names {what}.{hint}"
