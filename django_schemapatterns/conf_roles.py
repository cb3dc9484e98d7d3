"""The roles of the database as `SCHEMAPATTERNS["ROLES"]` declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

KINDS: Final = ("owner", "readwrite", "readonly", "admin", "lookup")
RUN_TIME: Final = ("readwrite", "readonly")
MAX_BYTES: Final = 63
NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class RoleSet:
    """
    The roles of one project: five groups, and the logins that belong to them.

        RoleSet(logins={"shop_web": "readwrite", "shop_migrate": ["owner", "admin"]})

    owner: owns every object, and nobody logs in as it.  readwrite, readonly: what programs are at run time.
    admin: what passes the policies by name.  lookup: owns functions that policies ask.
    logins: the roles that log in, each with its groups.  schemas: where the project's tables are.
    hidden: columns that readonly does not read, by the label of their model.
    audit_log: the groups that read the audit log.  new_tables: "open" to grant to tables as they are made.
    """

    owner: str = "app_owner"
    readwrite: str = "app_readwrite"
    readonly: str = "app_readonly"
    admin: str = "app_admin"
    lookup: str = "app_lookup"
    logins: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    schemas: tuple[str, ...] = ("public",)
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    audit_log: tuple[str, ...] = ("admin",)
    new_tables: str = "closed"

    def __post_init__(self) -> None:
        for name in ("logins", "hidden"):
            object.__setattr__(self, name, _lists(name, getattr(self, name)))
        for name in ("schemas", "audit_log"):
            object.__setattr__(self, name, _texts(name, getattr(self, name)))
        for name in (*self.groups.values(), *self.logins):
            _require_name(name)
        _require_known("audit_log", self.audit_log, KINDS)
        _require_known("new_tables", (self.new_tables,), ("closed", "open"))
        self._require_distinct()
        for login, kinds in self.logins.items():
            _require_login(login, kinds)

    @property
    def groups(self) -> dict[str, str]:
        """The names of the five groups, by what they are."""
        return {kind: getattr(self, kind) for kind in KINDS}

    def members(self, kind: str) -> list[str]:
        """Return the logins in a group."""
        return [login for login, kinds in self.logins.items() if kind in kinds]

    def kinds_of(self, role: str) -> tuple[str, ...]:
        """Return which groups a login or a group is in, itself included."""
        own = tuple(kind for kind, name in self.groups.items() if name == role)
        return own or self.logins.get(role, ())

    def _require_distinct(self) -> None:
        names = [*self.groups.values(), *self.logins]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"a dict in which every role has its own name ({twice[0]!r} stands twice)")


def read(value: object) -> RoleSet | None:
    """Read the setting, or raise a ValueError that says what it must be."""
    if value is None or isinstance(value, RoleSet):
        return value
    if not isinstance(value, dict):
        raise ValueError("a dict such as {'logins': {'shop_web': 'readwrite'}}, or None")  # noqa: TRY004
    known = [each.name for each in fields(RoleSet)]
    _require_known("its keys", tuple(value), tuple(known))
    return RoleSet(**value)


def _lists(option: str, value: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"a dict in which {option!r} is a dict of names")
    return MappingProxyType({key: _texts(f"{option}[{key!r}]", item) for key, item in value.items()})


def _texts(option: str, value: Any) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, (list, tuple)) else ()
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"a dict in which {option} is a name or a list of names")
    return texts


def _require_name(name: Any) -> None:
    is_name = isinstance(name, str) and name and "\0" not in name and len(name.encode()) <= MAX_BYTES
    if not is_name or name.startswith("pg_") or name in {"public", "none"}:
        raise ValueError(f"a dict of names that PostgreSQL takes for roles ({name!r} is none)")


def _require_known(option: str, given: tuple[Any, ...], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            nearest = get_close_matches(str(name), known, n=1)
            meant = f"; did you mean {nearest[0]!r}?" if nearest else ""
            raise ValueError(
                f"a dict in which {option} are among {', '.join(known)} ({name!r} is not{meant})"
            )


def _require_login(login: str, kinds: tuple[str, ...]) -> None:
    _require_known(f"logins[{login!r}]", kinds, KINDS)
    if len({*kinds} & {*RUN_TIME}) and {*kinds} - {*RUN_TIME}:
        raise ValueError(
            f"a dict in which a login that programs use is no more than that "
            f"({login!r} is {' and '.join(kinds)}: it would pass the policies)"
        )
