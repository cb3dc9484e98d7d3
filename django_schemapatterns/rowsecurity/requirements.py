"""What a declaration stands on: roles of the cluster, and fields of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
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
    fields = [field for path in _paths(declaration) for field in fields_on(path, model)]
    named = [
        (field.model._meta.app_label, field.model._meta.model_name, field.name)
        for field in fields
        if field.concrete and not field.many_to_many
    ]
    return list(dict.fromkeys(named))


def required_models(declaration: RowSecurity, model: type[Model]) -> list[type[Model]]:
    """Return the models whose tables the policies ask."""
    found: list[type[Model]] = []
    for path in _paths(declaration):
        *crossed, last = fields_on(path, model) or [None]
        if last is not None and last.is_relation and not (last.concrete and not last.many_to_many):
            crossed.append(last)
        for field in crossed:
            if field.many_to_many:
                relation = field.remote_field if field.concrete or not field.auto_created else field
                found.append(relation.through)
            if field is not last or not field.many_to_many:
                found.append(field.related_model)
    return list(dict.fromkeys(found))


def paths_of(condition: Any) -> Iterator[str]:
    """Return the paths of the fields that a condition names."""
    for child in getattr(condition, "children", ()):
        if isinstance(child, Q):
            yield from paths_of(child)
        elif isinstance(child, tuple):
            yield child[0]


def _paths(declaration: RowSecurity) -> Iterator[str]:
    for allow in declaration.allows:
        yield from paths_of(allow.using)
        yield from paths_of(allow.check)
    if declaration.wall:
        yield from paths_of(declaration.wall.condition)


def fields_on(path: str, model: Any) -> list[Any]:
    """Return the fields that a path leads over, as far as they are known."""
    found: list[Any] = []
    for name in path.split("__"):
        options = model._meta
        try:
            found.append(options.pk if name == "pk" else options.get_field(name))
        except FieldDoesNotExist:
            break
        if not found[-1].is_relation:
            break
        model = found[-1].related_model
    return found
