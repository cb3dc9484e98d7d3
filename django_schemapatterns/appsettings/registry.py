"""The settings that the code knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_schemapatterns.appsettings.kinds import CODECS, Codec
from django_schemapatterns.exceptions import ConfigurationError, UnknownSetting

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

T = TypeVar("T")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")

_registered: dict[str, Setting[Any]] = {}


@dataclass(frozen=True)
class Setting(Generic[T]):
    """A setting that is registered; `get()` returns its value."""

    name: str
    type: type[T]
    default: T = field(repr=False)
    choices: Sequence[tuple[Any, Any]] = ()
    validators: Sequence[Callable[[Any], None]] = ()
    description: _StrOrPromise = ""
    is_public: bool = False
    is_secret: bool = False

    @property
    def category(self) -> str:
        return self.name.partition(".")[0]

    @property
    def key(self) -> str:
        return self.name.partition(".")[2]

    @property
    def codec(self) -> Codec:
        return CODECS[self.type]

    def get(self) -> T:
        """Return the value in force."""
        from django_schemapatterns.appsettings.access import get_setting

        value: T = get_setting(self.name)
        return value

    def clean(self, value: Any) -> Any:
        """Return the value as JSON; raises ValidationError when the setting can not have it."""
        if not self.codec.accepts(value):
            kind = {"setting": self.name, "type": self.type.__name__}
            raise ValidationError(_("%(setting)s must be of type %(type)s.") % kind, code="type")
        if self.choices and value not in [choice for choice, _label in self.choices]:
            allowed = ", ".join(str(choice) for choice, _label in self.choices)
            raise ValidationError(_("%s may be one of: %s.") % (self.name, allowed), code="choices")
        for validator in self.validators:
            validator(value)
        try:
            return self.codec.to_json(value)
        except ValueError as error:
            raise ValidationError(f"{self.name}: {error}.", code="type") from error


def register(
    name: str,
    type: type[T],  # noqa: A002 - it is one
    *,
    default: T,
    choices: Any = (),
    validators: Iterable[Callable[[Any], None]] = (),
    description: _StrOrPromise = "",
    public: bool = False,
    secret: bool = False,
) -> Setting[T]:
    """
    Let the code know a setting; `migrate` makes its row, which people change in the admin.

        PAGE_SIZE = appsettings.register(
            "shop.page_size", int, default=20, validators=[MinValueValidator(1)], description="Of products"
        )
        PAGE_SIZE.get()

    name: a category, a point and a key.
    type: str, int, Decimal, bool, date, datetime, timedelta, dict or list.
    default: what it is while nobody has set it.  choices, validators: as of a model field.
    public: everybody may know it.  secret: the admin and the audit log do not show it.
    Raises ConfigurationError.
    """
    if not NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name of a setting. Write a category, a point and a key, "
            'in small letters, digits and underscores: "shop.page_size".'
        )
    if type not in CODECS:
        known = ", ".join(each.__name__ for each in CODECS)
        raise ConfigurationError(f"Setting {name}: the type is one of {known}, not {type!r}.")
    if public and secret:
        raise ConfigurationError(f"Setting {name}: what is secret can not be public.")
    pairs = tuple(getattr(choices, "choices", choices))
    setting = Setting(name, type, default, pairs, tuple(validators), description, public, secret)
    try:
        setting.clean(default)
    except ValidationError as error:
        raise ConfigurationError(f"Setting {name}: the default: {' '.join(error.messages)}") from error
    if _registered.get(name, setting) != setting:
        raise ConfigurationError(f"Setting {name} is registered already, as {_registered[name]}.")
    _registered[name] = setting
    return setting


def registered() -> dict[str, Setting[Any]]:
    """Return the settings that the code knows, by name."""
    return dict(_registered)


def find(name: str) -> Setting[Any]:
    """Return a registered setting, or raise UnknownSetting."""
    try:
        return _registered[name]
    except KeyError:
        near = difflib.get_close_matches(name, _registered, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else " Register it with appsettings.register()."
        raise UnknownSetting(f"There is no setting {name!r}.{hint}") from None
