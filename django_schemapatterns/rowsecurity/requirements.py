"""What a declaration stands on: roles of the cluster, and fields of models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity

_MISSING = """
SELECT wanted.name FROM unnest(%s::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) ORDER BY 1
"""


def require_roles(editor: Any, roles: Iterable[str]) -> None:
    """Raise a ConfigurationError that names the roles that do not exist."""
    if editor.collect_sql:
        return
    with editor.connection.cursor() as cursor:
        cursor.execute(_MISSING, [sorted(set(roles))])
        missing = [name for (name,) in cursor.fetchall()]
    if missing:
        names = ", ".join(missing)
        raise ConfigurationError(
            f"Policies are for roles that do not exist: {names}. Make them by "
            f"operations.CreateRole({missing[0]!r}) in an earlier migration, or tell "
            "SCHEMAPATTERNS['ROLES'] what yours are called."
        )


def required_fields(declaration: RowSecurity, model: type[Model]) -> list[tuple[str, str, str]]:
    """Return the fields that the conditions of a declaration name, on the way to the last one, too."""
    conditions = [each for allow in declaration.allows for each in (allow.using, allow.check)]
    if declaration.wall:
        conditions.append(declaration.wall.condition)
    found: dict[tuple[str, str, str], None] = {}
    for condition in conditions:
        for path in _paths(condition):
            found |= dict.fromkeys(_fields_on(path, model))
    return list(found)


def _paths(condition: Any) -> Iterable[str]:
    for child in getattr(condition, "children", ()):
        if isinstance(child, Q):
            yield from _paths(child)
        elif isinstance(child, tuple):
            yield child[0]


def _fields_on(path: str, model: Any) -> Iterable[tuple[str, str, str]]:
    from django.core.exceptions import FieldDoesNotExist

    for name in path.split("__"):
        options = model._meta
        try:
            field = options.pk if name == "pk" else options.get_field(name)
        except FieldDoesNotExist:
            return
        if field.concrete and not field.many_to_many:
            yield options.app_label, options.model_name, field.name
        if not field.is_relation:
            return
        model = field.related_model
