"""Checks of what the code declares about row security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, GistIndex, SpGistIndex
from django.core import checks
from django.core.checks import CheckMessage
from django.db.models import AutoField, Q, UniqueConstraint

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity.neighbours import asked, links, undeclared
from django_schemapatterns.rowsecurity.policies import conditions_of, refuse_nullable
from django_schemapatterns.rowsecurity.registry import row_security_of
from django_schemapatterns.rowsecurity.requirements import paths_of, required_models

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity


def check_row_security(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Find declarations that can not be policies, or that leave something open or out."""
    configs = app_configs or apps.get_app_configs()
    models = [model for config in configs for model in config.get_models(include_auto_created=True)]
    protected = [(model, declared) for model in models if (declared := row_security_of(model))]
    messages: list[CheckMessage] = []
    for model, declared in protected:
        for check in (
            _declared_once,
            _compiled,
            _acyclic,
            _readable,
            _leaving,
            _unique,
            _indexed,
            _used,
            links,
            asked,
        ):
            messages += check(model, declared)
    return [*messages, *undeclared(models)]


def _declared_once(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    if sum(isinstance(each, type(declared)) for each in model._meta.constraints) > 1:
        yield checks.Error(
            f"{model._meta.label} has more than one RowSecurity.",
            hint="Put everything that is allowed into one.",
            obj=model,
            id="schemapatterns.E401",
        )


def _compiled(model: type[Model], declared: RowSecurity) -> Iterator[CheckMessage]:
    try:
        for condition in conditions_of(declared, model):
            condition.where()
        if declared.wall:
            refuse_nullable(declared.wall.condition, model, f"Wall() of {model._meta.label}")
    except ConfigurationError as error:
        yield checks.Error(str(error), obj=model, id="schemapatterns.E402")


def _acyclic(model: type[Model], declared: RowSecurity) -> Iterator[CheckMessage]:
    """PostgreSQL refuses every query of a table whose policies ask the table itself, by any way round."""
    seen: set[type[Model]] = set()
    ahead = list(required_models(declared, model))
    while ahead:
        other = ahead.pop()
        if other is model:
            yield checks.Error(
                f"To show a row of {model._meta.label}, its policies ask {model._meta.label}: without end.",
                hint="Let the condition end at a column of this table, or at a table without row security.",
                obj=model,
                id="schemapatterns.E403",
            )
            return
        further = row_security_of(other)
        if other not in seen and further:
            seen.add(other)
            ahead += required_models(further, other)


def _readable(model: type[Model], declared: RowSecurity) -> Iterator[CheckMessage]:
    """What Django writes it reads back in the same statement."""
    reading = {role for each in declared.allows if "select" in each.commands for role in each.to or ("",)}
    for allow in declared.allows:
        blind = {*(allow.to or ("",))} - reading
        if blind and {"insert", "update"} & {*allow.commands}:
            yield checks.Warning(
                f"{model._meta.label}: Allow({allow.name!r}) lets rows be written that its roles may not "
                "see: Django's save() and create() would fail, as they read the row that they write.",
                hint="Add select to its commands.",
                obj=model,
                id="schemapatterns.W404",
            )


def _leaving(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    """PostgreSQL wants an updated row to be one that its writer may see."""
    shown = [_null_in(each.using) for each in declared.allows if "select" in each.commands]
    changed = any("update" in each.commands for each in declared.allows)
    for name in sorted(set.intersection(*shown)) if shown and changed else ():
        yield checks.Warning(
            f"{model._meta.label}: rows are shown while {name} is NULL, so nobody can set it: PostgreSQL "
            "refuses an update after which its writer would not see the row.",
            hint="Let whoever may set it see the row then, too, and leave it out by a manager or a view.",
            obj=model,
            id="schemapatterns.W411",
        )


def _null_in(q: Any) -> set[str]:
    """Return the fields that must be NULL for a condition to hold."""
    if q is None or q.negated or q.connector != Q.AND:
        return set()
    found = {child[0] for child in q.children if isinstance(child, tuple) and child[1] is None}
    asked = [child for child in q.children if isinstance(child, tuple) and child[1] is True]
    found |= {path.removesuffix("__isnull") for path, _ in asked if path.endswith("__isnull")}
    return found.union(*(_null_in(child) for child in q.children if isinstance(child, Q)))


def _unique(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    if not declared.wall:
        return
    behind = {path.split("__")[0] for path in paths_of(declared.wall.condition)}
    options = model._meta
    unique: list[Any] = [
        (each.name,) for each in options.local_fields if each.unique and not _is_made_up(each)
    ]
    unique += [tuple(each) for each in options.unique_together]
    unique += [
        each.fields for each in options.constraints if isinstance(each, UniqueConstraint) and each.fields
    ]
    for fields in unique:
        if not behind & {*fields}:
            yield checks.Warning(
                f"{options.label}: {' and '.join(fields)} must be unique on both sides of the wall, so that "
                "whoever writes learns of rows that are hidden.",
                hint=f"Let the rule begin with {' and '.join(sorted(behind))}.",
                obj=model,
                id="schemapatterns.W405",
            )


def _is_made_up(field: Any) -> bool:
    """Return whether nobody chooses the value of a key."""
    return isinstance(field, AutoField) or field.has_default() or field.has_db_default()


def _indexed(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    options = model._meta
    leading = {each.fields[0].lstrip("-") for each in options.indexes if each.fields and not each.condition}
    rules = [
        each for each in options.constraints if isinstance(each, UniqueConstraint) and not each.condition
    ]
    leading |= {each.fields[0] for each in rules if each.fields}
    leading |= {each[0] for each in options.unique_together}
    leading |= {each.name for each in options.local_fields if each.db_index or each.unique}
    if isinstance(options.pk, object) and hasattr(options.pk, "field_names"):
        leading.add(model._meta.get_field(options.pk.field_names[0]).name)
    for name in sorted(_first_columns(declared, model)):
        if name not in leading:
            yield checks.Warning(
                f"{options.label}: policies compare {name}, which no index begins with: every query reads "
                "the whole table.",
                hint=f'Add Index(fields=["{name}"]), or one that begins with it.',
                obj=model,
                id="schemapatterns.W407",
            )


def _used(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    """PostgreSQL asks policies first, unless an operator can tell nothing: those of these indexes all can."""
    if declared.bypass:
        return  # who passes by has the use of them
    asked = _first_columns(declared, model)
    for index in model._meta.indexes:
        begins = index.fields[0].lstrip("-") if index.fields else ""
        if isinstance(index, GinIndex | GistIndex | SpGistIndex) and begins not in asked:
            yield checks.Warning(
                f"{model._meta.label}: nobody has the use of the index {index.name}: PostgreSQL asks the "
                "policies before operators such as @> and LIKE.",
                hint=f"Let it begin with {' or '.join(sorted(asked)) or 'a column of the policies'}, by "
                "BtreeGinExtension, or name roles in `bypass` that search.",
                obj=model,
                id="schemapatterns.W412",
            )


def _first_columns(declared: RowSecurity, model: Any) -> set[str]:
    """Return the fields that whoever acts is compared with."""
    found = set()
    for q in (*(each.using for each in declared.allows), declared.wall and declared.wall.condition):
        for child in getattr(q, "children", ()):
            if isinstance(child, Q) or not isinstance(child, tuple) or not hasattr(child[1], "is_typed"):
                continue
            field = model._meta.get_field(child[0].split("__")[0])
            if field.concrete and not field.many_to_many:
                found.add(field.name)
    return found
