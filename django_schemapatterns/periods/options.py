"""What a model's inner class `Period` says."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, cast

from django.core.exceptions import FieldDoesNotExist

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.models import ForeignKey, Model

ON_DELETE: Final = ("cascade", "end")
STEPS: Final = ("every", "last")
EXAMPLE: Final = 'tracks = {"product": ["price"]}'


@dataclass(frozen=True)
class PeriodOptions:
    """
    The options of a model that keeps versions.

    tracks: the foreign key to the owner, and the names of the columns that both models have.
    on_delete: what a deleted owner leaves: nothing (cascade), or its versions, the last one ended (end).
    until: a column of the owner; while it is not null no version is in force.
    steps: of several changes in one transaction keep every one, or the last.
    foreign_key: let PostgreSQL check the owner of each version once more; the triggers keep it anyway.
    functions: the SQL function of each column, `current_<column>` by default; an empty dict for none.
    """

    tracks: dict[str, list[str]]
    on_delete: str = "cascade"
    until: str | None = None
    steps: str = "every"
    foreign_key: bool = False
    functions: dict[str, str] | None = None

    @property
    def owner(self) -> str:
        """The name of the foreign key."""
        return next(iter(self.tracks))

    @property
    def columns(self) -> list[str]:
        """The names of the fields that are tracked."""
        return self.tracks[self.owner]


def options_of(model: type[Model]) -> PeriodOptions:
    """Return the options of a concrete model; raises ConfigurationError when they make no sense."""
    declaration = getattr(model, "Period", None)
    given = {name: getattr(declaration, name) for name in dir(declaration) if not name.startswith("_")}
    where = f"{model._meta.label}.Period"
    if declaration is None or "tracks" not in given:
        raise ConfigurationError(f"{where} is missing. Write into the model: class Period: {EXAMPLE}")
    known = [field.name for field in fields(PeriodOptions)]
    for name in given:
        _refuse_unknown(f"{where} has no option", name, known)
    _refuse_unknown(f"{where}.on_delete can not be", given.get("on_delete", "cascade"), ON_DELETE)
    _refuse_unknown(f"{where}.steps can not be", given.get("steps", "every"), STEPS)
    tracks = given["tracks"]
    if not (isinstance(tracks, dict) and len(tracks) == 1 and all(map(_are_names, tracks.values()))):
        raise ConfigurationError(
            f"{where}.tracks is {tracks!r}. Name one foreign key and the columns of its model: {EXAMPLE}"
        )
    return PeriodOptions(**given)


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(name, str) for name in value)


def _refuse_unknown(what: str, value: Any, known: Any) -> None:
    if value in known:
        return
    near = difflib.get_close_matches(str(value), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ConfigurationError(f"{what} {value!r}; there are {', '.join(known)}.{hint}")


def owner_field(model: type[Model], options: PeriodOptions | None = None) -> ForeignKey[Any, Any]:
    """Return the foreign key to the owner; a model of a state of migrations does not know its options."""
    name = (options or options_of(model)).owner
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or not field.many_to_one or field.remote_field is None:
        raise ConfigurationError(
            f"{model._meta.label}.Period.tracks names {name!r}, which is no ForeignKey of the model."
        )
    return cast("ForeignKey[Any, Any]", field)


def owner_model(model: type[Model], options: PeriodOptions | None = None) -> type[Model]:
    """Return the model whose rows own the versions."""
    remote: type[Model] = owner_field(model, options).remote_field.model
    return remote._meta.concrete_model or remote
