"""Who acts, as immutable values, and the variable that holds the one in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import LazyObject, empty

from django_schemapatterns.context.payload import plain_text

if TYPE_CHECKING:
    from django_schemapatterns.context.sql import Telling

acting: ContextVar[Context | None] = ContextVar("schemapatterns_context", default=None)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a key that outlives the user's row, and the name that the user had at the time."""

    id: str | None = None
    label: str | None = None

    @classmethod
    def of(cls, user: Any) -> Actor:
        """Take a user or the primary key of one; None and a user without a key are nobody."""
        key = key_of(user)
        if key is None:
            return NOBODY
        name = user.get_username() if hasattr(user, "get_username") else None
        return cls(key, plain_text(name) if name else None)


NOBODY = Actor()


class LateActor:
    """
    An actor that is looked up when first needed, and again when another user has taken its place.

        LateActor(lambda: request.user)

    A request only promises its user, and keeping the promise costs two queries: no read is worth them.
    """

    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find
        self._known: tuple[object, Actor] = (None, NOBODY)

    @property
    def is_known(self) -> bool:
        """Whether looking the user up costs nothing."""
        return not is_promise(self._find())

    def resolve(self) -> Actor:
        """Look the user up. Nobody acts meanwhile, as the look-up passes through the carrier itself."""
        user = self._find()
        if user is not self._known[0]:
            token = acting.set(Context())
            try:
                self._known = (user, Actor.of(user))
            finally:
                acting.reset(token)
        return self._known[1]


@dataclass(frozen=True)
class Context:
    """Who acts, for which tenant, in which request, and whatever else is worth keeping in the log."""

    user: Actor | LateActor = NOBODY
    tenant_id: str | None = None
    request_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    # How to tell a transaction so, for each user whom a request turned out to have.
    tellings: dict[Actor, Telling] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", MappingProxyType(dict(self.data)))

    @property
    def is_known(self) -> bool:
        """Whether the actor can be told without a query."""
        return isinstance(self.user, Actor) or self.user.is_known

    @property
    def actor(self) -> Actor:
        """The actor, looked up if need be."""
        return self.user if isinstance(self.user, Actor) else self.user.resolve()

    @property
    def user_id(self) -> str | None:
        """The text of the user's primary key, or None for nobody."""
        return self.actor.id

    @property
    def user_label(self) -> str | None:
        """The name that the user logs in with."""
        return self.actor.label


def is_promise(user: object) -> bool:
    """Whether `user` is one of Django's lazy objects that nobody has looked at yet."""
    return isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty


def key_of(instance: Any) -> str | None:
    """Give the text of the primary key of an object; a key itself is as good."""
    key = instance if isinstance(instance, (str, int, UUID)) else getattr(instance, "pk", None)
    return None if key is None else plain_text(key) or None
