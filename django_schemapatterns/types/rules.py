"""Rules of domains, each said twice: as a condition of PostgreSQL on VALUE, and as a validator."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import patterns

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

INVALID = _("Enter a valid value.")


class Rule:
    """
    A condition of your own.

        Rule("whole_cents", "VALUE * 100 = trunc(VALUE * 100)", lambda value: value * 100 % 1 == 0)

    name: unique in the domain; it is in the database's error, and the code of the ValidationError.
    check: SQL on VALUE.
    accepts: whether a Python value obeys; it must agree with the check.
    message, params: shown to people; params fill what stands as %(name)s in the message.
    """

    def __init__(
        self,
        name: str,
        check: str,
        accepts: Callable[[Any], bool],
        *,
        message: _StrOrPromise = INVALID,
        params: dict[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.check = check
        self.accepts = accepts
        self.message = message
        self.params = params

    def __call__(self, value: Any) -> None:
        """Raise ValidationError when the value breaks the rule."""
        if not self.accepts(value):
            raise self.error()

    def error(self) -> ValidationError:
        return ValidationError(self.message, code=self.name, params=self.params)


class Pattern(Rule):
    r"""
    The whole text matches a regular expression.

        Pattern(r"[A-Z]{3}-[0-9]+", message="Enter a SKU as in ABC-1.")

    regex: of what Python and PostgreSQL read alike: literals, sets such as [A-Za-z], groups (?:…), | and
    quantifiers. \d, \w and the like differ, so write the characters out. Anchors are implied.
    """

    def __init__(
        self,
        regex: str,
        *,
        message: _StrOrPromise = INVALID,
        name: str = "format",
    ) -> None:
        super().__init__(name, f"VALUE ~ {patterns.sql(regex)}", patterns.matcher(regex), message=message)


class Length(Rule):
    """The text has at most so many characters: `Length(max=20)`."""

    def __init__(self, *, max: int, name: str = "length") -> None:  # noqa: A002 - reads as the rule does
        super().__init__(
            name,
            f"char_length(VALUE) <= {max}",
            lambda text: len(text) <= max,
            message=_("Use at most %(max)d characters."),
            params={"max": max},
        )


class Between(Rule):
    """
    The number lies between two others, each of which is allowed: `Between(0, 100)`.

    min, max: None for no limit on that side. NaN lies nowhere.
    """

    def __init__(
        self,
        min: Decimal | int | None = None,  # noqa: A002 - reads as the rule does
        max: Decimal | int | None = None,  # noqa: A002
        *,
        message: _StrOrPromise | None = None,
        name: str = "range",
    ) -> None:
        if min is None and max is None:
            raise ConfigurationError("Between() needs a limit: min, max or both.")
        limits = [f"VALUE >= {min}"] if min is not None else []
        # PostgreSQL holds NaN greater than every number.
        limits += [f"VALUE <= {max}" if max is not None else "VALUE::text <> 'NaN'"]

        def accepts(number: Any) -> bool:
            above = min is None or number >= min
            return number == number and above and (max is None or number <= max)  # noqa: PLR0124 - NaN

        super().__init__(
            name,
            " AND ".join(limits),
            accepts,
            message=message or _between(min, max),
            params={"low": min, "high": max},
        )


def _between(low: Any, high: Any) -> _StrOrPromise:
    if high is None:
        return _("Enter a number that is not less than %(low)s.")
    if low is None:
        return _("Enter a number that is not greater than %(high)s.")
    return _("Enter a number from %(low)s to %(high)s.")


def check_storable(text: Any) -> None:
    """Raise ValidationError for a text that PostgreSQL can not hold, whatever the rules."""
    if not isinstance(text, str):
        return
    if "\0" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise ValidationError(_("Null characters and half characters are not allowed."), code="not_storable")
