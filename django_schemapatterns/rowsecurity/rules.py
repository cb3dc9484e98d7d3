"""The parts of a declaration: whom it allows what, and the wall that nobody passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import Q
from django.utils.deconstruct import deconstructible

from django_schemapatterns.exceptions import ConfigurationError

COMMANDS: Final = ("select", "insert", "update", "delete")
EVERYTHING: Final = "all"


@deconstructible(path="django_schemapatterns.constraints.Allow")
class Allow:
    """
    Let those roles see and change the rows for which a condition holds; each Allow adds to the others.

        Allow("own", when=Q(user=current.user_id), commands="select insert update delete")
        Allow("staff", commands="all", to=["admin"])
        Allow("moderate", commands="update", using=Q(flagged=True), check=Q(flagged=False), to=["moderator"])

    name: unique in the declaration.  commands: of select, insert, update and delete, or "all".
    when: what holds for the rows, before and after a change. Only with `to` may it be left out: all rows.
    using, check: what holds before, and after, where that is not the same.
    to: roles, by what SCHEMAPATTERNS["ROLES"] calls them or by name; by default those of programs.
    """

    def __init__(
        self,
        name: str,
        *,
        when: Q | None = None,
        using: Q | None = None,
        check: Q | None = None,
        commands: str | Sequence[str] = "select",
        to: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.commands = _commands(name, commands)
        self.to = _roles(name, to)
        self.using = when if using is None else using
        self.check = self.using if check is None else check
        if when is not None and (using is not None or check is not None):
            raise ConfigurationError(f"Allow({name!r}): write either `when`, or `using` and `check`.")
        if not to and (self.using is None or self.check is None):
            raise ConfigurationError(
                f"Allow({name!r}) would let every program at all rows. Say for which rows it holds with "
                "`when`, or for whom with `to`."
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Allow) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.name, self.commands, self.to))

    def __repr__(self) -> str:
        return f"<Allow: {self.name} {' '.join(self.commands)}>"


@deconstructible(path="django_schemapatterns.constraints.Wall")
class Wall:
    """
    What must hold for every row that programs see or write, whatever else is allowed.

        Wall(tenant=current.tenant_id)

    It is a restrictive policy: an Allow that is too generous opens nothing beyond it.
    """

    def __init__(self, *conditions: Q, **lookups: Any) -> None:
        if not conditions and not lookups:
            raise ConfigurationError("Wall() needs a condition, such as Wall(tenant=current.tenant_id).")
        self.condition = Q(*conditions, **lookups)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wall) and self.condition == other.condition

    def __hash__(self) -> int:
        return hash(self.condition)

    def __repr__(self) -> str:
        return f"<Wall: {self.condition}>"


def _commands(name: str, commands: str | Iterable[str]) -> tuple[str, ...]:
    given = commands.lower().split() if isinstance(commands, str) else [each.lower() for each in commands]
    if given == [EVERYTHING]:
        return COMMANDS
    unknown = [each for each in given if each not in COMMANDS]
    if unknown or not given:
        raise ConfigurationError(
            f"Allow({name!r}): commands are of select, insert, update and delete, or 'all', not {commands!r}."
        )
    return tuple(each for each in COMMANDS if each in given)


def _roles(name: str, to: Any) -> tuple[str, ...]:
    if isinstance(to, str) or not all(isinstance(each, str) and each for each in to):
        raise ConfigurationError(f"Allow({name!r}): `to` is a list of the names of roles, not {to!r}.")
    if any(each.lower() == "public" for each in to):
        raise ConfigurationError(
            f"Allow({name!r}): PUBLIC is every role there is, also those to come. Name the roles."
        )
    return tuple(to)
