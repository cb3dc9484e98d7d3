"""Checks of what the code says about soft deletes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections, models
from django.db.models import Manager, UniqueConstraint

from django_schemapatterns.softdelete.constraints import UniqueAlive
from django_schemapatterns.softdelete.fields import AliveForeignKey
from django_schemapatterns.softdelete.objects import is_yours
from django_schemapatterns.softdelete.querysets import shows_deleted
from django_schemapatterns.softdelete.relations import MARK, marked_model, references_of, references_to

if TYPE_CHECKING:
    from django.db.models import Model

Check = Callable[[Any], Iterator[CheckMessage]]
DB_CASCADE: Any = getattr(models, "DB_CASCADE", None)  # from Django 6.1


def soft_models(app_configs: Any = None) -> list[type[Model]]:
    """Return the models whose rows are soft-deleted, those of unmanaged tables left out."""
    return [
        model
        for model in _models(app_configs)
        if marked_model(model) and model._meta.managed and not model._meta.proxy
    ]


def _models(app_configs: Any) -> list[type[Model]]:
    return [model for config in app_configs or apps.get_app_configs() for model in config.get_models()]


def check_softdelete(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Find what would not work, or not as one may think."""
    found = soft_models(app_configs)
    about_models: list[Check] = [_base_manager, _default_manager, _unique, _pointing, _pointed, _tables]
    messages = [message for model in found for check in about_models for message in check(model)]
    links = [
        message
        for model in _models(app_configs)
        for field in model._meta.local_many_to_many
        for message in _links(field)
    ]
    return [*_vendor(found), *messages, *links]


def check_softdelete_facts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Tell what is as it should be, but good to know (`check --deploy`)."""
    return [message for model in soft_models(app_configs) for message in (*_kept(model), *_unmarked(model))]


def _vendor(found: list[Any]) -> Iterator[CheckMessage]:
    if found and "postgresql" not in {connections[alias].vendor for alias in connections}:
        yield checks.Error(
            "Models are soft-deleted, but no database in DATABASES is PostgreSQL.",
            hint="Soft deletes are made of PostgreSQL's triggers; use django.db.backends.postgresql.",
            id="schemapatterns.E201",
        )


def _base_manager(model: type[Model]) -> Iterator[CheckMessage]:
    if not shows_deleted(model._base_manager):
        yield checks.Error(
            f"The base manager of {model._meta.label} hides deleted rows: saving one would insert it again.",
            hint="Take base_manager_name out of Meta. Hide deleted rows in the default manager alone.",
            obj=model,
            id="schemapatterns.E202",
        )


def _default_manager(model: type[Model]) -> Iterator[CheckMessage]:
    if shows_deleted(model._default_manager):
        name = model._default_manager.name
        yield checks.Warning(
            f"{model._meta.label}.{name}, the default manager, shows deleted rows: so do relations and "
            "forms.",
            hint=f"Derive it: `{name} = SoftDeleteManager.from_queryset(YourQuerySet)()`, or declare "
            "`objects = SoftDeleteManager()` before it.",
            obj=model,
            id="schemapatterns.W203",
        )


def _unique(model: type[Model]) -> Iterator[CheckMessage]:
    options = model._meta
    names: list[tuple[str, ...]] = [
        (field.name,)
        for field in options.local_fields
        if field.unique and not field.primary_key and not isinstance(field, models.UUIDField)
    ]
    names += [tuple(fields) for fields in options.unique_together]
    names += [
        tuple(rule.fields)
        for rule in options.constraints
        if isinstance(rule, UniqueConstraint) and not isinstance(rule, UniqueAlive)
        if rule.fields and rule.condition is None
    ]
    login: Any = (getattr(model, "USERNAME_FIELD", None),)  # which Django wants to be unique among all
    for fields in sorted({*names} - {login}):
        yield checks.Warning(
            f"{options.label}: {' and '.join(fields)} must be unique among deleted rows, too: a deleted row "
            "keeps its place.",
            hint=_way_to_be_unique(model, fields),
            obj=model,
            id="schemapatterns.W204",
        )


def _way_to_be_unique(model: type[Model], fields: tuple[str, ...]) -> str:
    listed, holder = ", ".join(f'"{field}"' for field in fields), model._meta.get_field(MARK).model
    if holder is not model:
        return (
            f"Whether a row is deleted stands in the table of {holder._meta.label}, where no rule of this "
            f"one can look: move {' and '.join(fields)} there and write UniqueAlive({listed}), or silence "
            "this check."
        )
    link = ", and a ForeignKey instead of the OneToOneField" if _one_to_one(model, fields) else ""
    return f"Write UniqueAlive({listed}) in Meta.constraints instead{link}."


def _one_to_one(model: type[Model], fields: tuple[str, ...]) -> bool:
    return len(fields) == 1 and isinstance(model._meta.get_field(fields[0]), models.OneToOneField)


def _pointed(parent: type[Model]) -> Iterator[CheckMessage]:
    """Look at the foreign keys to a model."""
    for reference in references_to(parent):
        name = f"{reference.child._meta.label}.{reference.field.name}"
        on_delete = reference.field.remote_field.on_delete
        if not is_yours(reference.child):
            if reference.rule in {"protect", "restrict"}:
                yield checks.Warning(
                    f"{name} does not {reference.rule} rows of {parent._meta.label} from soft deletes.",
                    hint=f"Its app is not yours, and so are its migrations: no trigger can be added to it. "
                    f"Look for rows of {reference.child._meta.label} yourself, in pre_soft_delete.",
                    obj=parent,
                    id="schemapatterns.W206",
                )
        elif on_delete in (models.CASCADE, DB_CASCADE) and not reference.soft and _is_declared(reference):
            yield checks.Warning(
                f"Rows of {reference.child._meta.label} stay when the {parent._meta.label} that they belong "
                "to is soft-deleted.",
                hint=f"Derive {reference.child.__name__} from SoftDeleteModel, so that they go along; or "
                "write on_delete=DO_NOTHING or PROTECT, if they are not to.",
                obj=reference.field,
                id="schemapatterns.W205",
            )


def _is_declared(reference: Any) -> bool:
    return not reference.child._meta.auto_created


def _pointing(child: type[Model]) -> Iterator[CheckMessage]:
    """Look at the foreign keys of a model."""
    for field in child._meta.local_fields:
        if not isinstance(field, models.ForeignKey) or field.remote_field.parent_link:
            continue
        parent, on_delete = field.remote_field.model, field.remote_field.on_delete
        if DB_CASCADE is not None and on_delete is DB_CASCADE:
            yield checks.Error(
                f"{child._meta.label}.{field.name} has on_delete=DB_CASCADE: PostgreSQL would delete rows "
                "for good that are to be soft-deleted, which the guard refuses.",
                hint="Write on_delete=CASCADE: the library's triggers soft-delete them.",
                obj=field,
                id="schemapatterns.E207",
            )
        elif on_delete is models.CASCADE and not marked_model(parent):
            yield checks.Warning(
                f"No {parent._meta.label} can be deleted while a {child._meta.label} points at it: these are "
                "soft-deleted, stay in their table, and break the foreign key.",
                hint=f"Derive {parent.__name__} from SoftDeleteModel, too; or say what is the case: "
                "on_delete=PROTECT, and hard_delete() the rows first.",
                obj=field,
                id="schemapatterns.W208",
            )


def _links(field: Any) -> Iterator[CheckMessage]:
    """Look at a many-to-many field whose links are soft-deleted."""
    through = field.remote_field.through
    if not marked_model(through):
        return
    ways = [
        through._meta.get_field(name) for name in (field.m2m_field_name(), field.m2m_reverse_field_name())
    ]
    plain = [way.name for way in ways if not isinstance(way, AliveForeignKey)]
    ends = [
        way.remote_field.model for way in ways if type(way.remote_field.model._default_manager) is Manager
    ]
    hints = [f"Make {through.__name__}.{name} an AliveForeignKey." for name in plain]
    hints += [f"Give {end.__name__} `objects = Manager.from_queryset(QuerySet)()`." for end in ends]
    if hints:
        yield checks.Warning(
            f"{field.model._meta.label}.{field.name} shows or counts links of {through._meta.label} that are "
            "deleted.",
            hint=" ".join(hints),
            obj=field,
            id="schemapatterns.W209",
        )


def _tables(model: type[Model]) -> Iterator[CheckMessage]:
    """Look at rows that are spread over several tables."""
    root = marked_model(model)
    if root is model and model._meta.parents:
        parent = next(iter(model._meta.parents))
        yield checks.Error(
            f"{model._meta.label} is soft-deleted, but not {parent._meta.label}, which has a part of its "
            "rows.",
            hint=f"Derive {parent.__name__} from SoftDeleteModel instead.",
            obj=model,
            id="schemapatterns.E210",
        )
    for reference in references_of(model):
        target: Any = reference.field.target_field
        if target.model is not reference.parent and not (
            target.remote_field and target.remote_field.parent_link
        ):
            yield checks.Error(
                f"{model._meta.label}.{reference.field.name} points at {target.name}, which is not in the "
                f"table with the marks, {reference.parent._meta.db_table}.",
                hint="Let it point at the primary key.",
                obj=reference.field,
                id="schemapatterns.E210",
            )


def _kept(parent: type[Model]) -> Iterator[CheckMessage]:
    keeping = [
        f"{reference.child._meta.label}.{reference.field.name}"
        for reference in references_to(parent)
        if reference.rule == "keep" and reference.field.remote_field.on_delete is not models.DO_NOTHING
    ]
    if keeping:
        yield checks.Info(
            f"What points at a {parent._meta.label} goes on doing so when it is soft-deleted: "
            f"{', '.join(sorted(keeping))}.",
            hint="So a restore brings everything back. The links are cut when the row is deleted for good.",
            obj=parent,
            id="schemapatterns.I211",
        )


def _unmarked(model: type[Model]) -> Iterator[CheckMessage]:
    many: list[Any] = list(model._meta.local_many_to_many)
    links = [field for field in many if field.remote_field.through._meta.auto_created]
    generic = [field for field in model._meta.private_fields if field.one_to_many]
    for field in (*links, *generic):
        yield checks.Info(
            f"The rows behind {model._meta.label}.{field.name} stay as they are when it is soft-deleted, and "
            "are deleted for good when you delete them.",
            hint="Use a through model with AliveForeignKey to have links soft-deleted.",
            obj=model,
            id="schemapatterns.I212",
        )
