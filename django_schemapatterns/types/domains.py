"""Fields whose column is of a domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core import checks
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.domains import Domain
from django_schemapatterns.types.declared import class_of, sizes_of
from django_schemapatterns.types.rules import Between, Length, Pattern, Rule, check_storable

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _Field = models.Field[Any, Any]
    _CharField = models.CharField[Any, Any]
    _DecimalField = models.DecimalField[Any, Any]
    _EmailField = models.EmailField[Any, Any]
    _SlugField = models.SlugField[Any, Any]
else:
    _Field, _CharField, _DecimalField = models.Field, models.CharField, models.DecimalField
    _EmailField, _SlugField = models.EmailField, models.SlugField


class DomainField(_Field):
    """
    The base of fields whose column is of a domain, a type of PostgreSQL with rules of its own.

        class SkuField(DomainField, models.CharField):
            domain = "sku"
            sizes = {"max_length": 20}
            rules = [Pattern("[A-Z]{3}-[0-9]+", message="Enter a SKU as in ABC-1.")]

    The other base is the Django field that tells what values are made of. `makemigrations` writes what makes
    and changes the domain. Every field of the class shares it, but those with other sizes:
    SkuField(max_length=9) is of the domain sku_9.

    domain: the name of the domain.  sizes: arguments of the Django field, with defaults.  rules: see Rule.

    Without a class, a domain can be declared in SQL alone; forms then hear of its rules from the database:

        sku = DomainField(Domain("sku", "varchar(20)", {"format": "VALUE ~ '^[A-Z]{3}-[0-9]+$'"}))
    """

    domain: str = ""
    sizes: ClassVar[Mapping[str, int]] = {}
    rules: ClassVar[Sequence[Rule]] = ()
    # The rules say it all, in the database as well.
    default_validators: list[Any] = []

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is not DomainField or not args or not isinstance(args[0], Domain):
            return super().__new__(cls)
        base: Any = sizes_of(args[0])[0]
        return super().__new__(class_of(base, _InlineDomainField))

    def __init__(self, *args: Any, domain: str | None = None, **kwargs: Any) -> None:
        given = {size: kwargs.get(size, default) for size, default in self.sizes.items()}
        suffix = "".join(f"_{size}" for size in given.values()) if given != dict(self.sizes) else ""
        self.domain = domain or f"{self.domain}{suffix}"
        super().__init__(*args, **{**kwargs, **given})

    def free_objects(self) -> list[Domain]:
        rules = {rule.name: rule.check for rule in self._all_rules()}
        return [Domain(self.domain, self.base_type(postgresql()), rules)]

    def base_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the type that values are made of."""
        # A cast to varchar(n) would shorten a text without a word; the rule on its length does not.
        return "text" if isinstance(self, models.CharField) else str(super().db_type(connection))

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        if connection.vendor != "postgresql":
            return super().db_type(connection)
        return self.free_objects()[0].quoted

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return self.db_type(connection)

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return self.db_type(connection)

    @cached_property
    def validators(self) -> list[Any]:
        return [check_storable, *super().validators, *self._all_rules()]

    def get_prep_value(self, value: Any) -> Any:
        """Store what a form leaves empty as NULL, if no rule allows an empty text."""
        prepared = super().get_prep_value(value)
        return None if prepared == "" and self.null and self._refuses_empty() else prepared

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if type(self).__module__ == __name__:
            path = f"django_schemapatterns.fields.{type(self).__name__}"
        return name, path, args, {**kwargs, "domain": self.domain}

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        if not self.domain or self.get_internal_type() == "DomainField":
            return [
                checks.Error(
                    f"{type(self).__name__} needs the name of its domain, and a Django field as second base.",
                    hint='class SkuField(DomainField, models.CharField): domain = "sku"',
                    obj=self,
                    id="schemapatterns.E601",
                )
            ]
        return [*super().check(**kwargs), *self._check_empty()]

    def _check_empty(self) -> list[checks.CheckMessage]:
        is_text = isinstance(self, models.CharField | models.TextField)
        if not (is_text and self.blank and not self.null and self._refuses_empty()):
            return []
        return [
            checks.Error(
                f"The field may be left empty, but the domain {self.domain!r} refuses an empty text.",
                hint="Add null=True, so that nothing is stored as NULL, or take blank=True away.",
                obj=self,
                id="schemapatterns.E602",
            )
        ]

    def _all_rules(self) -> list[Rule]:
        length = getattr(self, "max_length", None) if isinstance(self, models.CharField) else None
        return [*self.rules, *([Length(max=length)] if length else [])]

    def _refuses_empty(self) -> bool:
        return any(not rule.accepts("") for rule in self._all_rules())


class _InlineDomainField(DomainField):
    """What `DomainField(Domain(...))` is, with the Django field of the type as second base."""

    def __init__(self, declared: Domain, *args: Any, **kwargs: Any) -> None:
        self.declared = declared
        super().__init__(*args, domain=declared.name, **{**sizes_of(declared)[1], **kwargs})

    def free_objects(self) -> list[Domain]:
        return [self.declared]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("domain", *sizes_of(self.declared)[1]):
            kwargs.pop(implied, None)
        # Migrations change the rules by operations on the domain, not on its columns.
        return name, path, [Domain(self.declared.name, self.declared.db_type), *args], kwargs

    def clone(self) -> Any:
        """Return the same field for another model, with the rules."""
        _name, _path, args, kwargs = self.deconstruct()
        return type(self)(self.declared, *args[1:], **kwargs)


class EmailAddressField(DomainField, _EmailField):
    """
    An e-mail address, of the domain `email_address`.

        email = fields.EmailAddressField()

    max_length: characters, 254 by default.
    """

    domain = "email_address"
    sizes = {"max_length": 254}
    rules = [
        Pattern(
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
            message=_("Enter a valid email address."),
        )
    ]

    def formfield(self, **kwargs: Any) -> Any:
        widget = {"form_class": forms.CharField, "widget": forms.EmailInput}
        return super().formfield(**{**widget, **kwargs})


class PhoneNumberField(DomainField, _CharField):
    """
    A telephone number as people write it, of the domain `phone_number`: 10 to 20 digits, blanks, dashes and
    brackets, with or without + before them.

        phone = fields.PhoneNumberField(null=True, blank=True)
    """

    domain = "phone_number"
    sizes = {"max_length": 21}
    rules = [
        Pattern(r"\+?[0-9 ()-]{10,20}", message=_("Enter 10 to 20 digits, as in +49 30 1234567.")),
    ]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput(attrs={"type": "tel"}), **kwargs})


class PositiveDecimalField(DomainField, _DecimalField):
    """
    A number that is not negative, of the domain `positive_decimal`.

        price = fields.PositiveDecimalField()
        weight = fields.PositiveDecimalField(max_digits=8, decimal_places=3)  # of positive_decimal_8_3

    max_digits, decimal_places: 10 and 2 by default.
    """

    domain = "positive_decimal"
    sizes = {"max_digits": 10, "decimal_places": 2}
    rules = [Between(0, message=_("The value must not be negative."))]


class PercentageField(DomainField, _DecimalField):
    """A number from 0 to 100 with two decimal places, of the domain `percentage`."""

    domain = "percentage"
    sizes = {"max_digits": 5, "decimal_places": 2}
    rules = [Between(0, 100)]


class CurrencyCodeField(DomainField, _CharField):
    """A currency as three capital letters (ISO 4217), of the domain `currency_code`."""

    domain = "currency_code"
    sizes = {"max_length": 3}
    rules = [Pattern("[A-Z]{3}", message=_("Enter a currency as three capital letters."))]


class CountryCodeField(DomainField, _CharField):
    """A country as two capital letters (ISO 3166-1), of the domain `country_code`."""

    domain = "country_code"
    sizes = {"max_length": 2}
    rules = [Pattern("[A-Z]{2}", message=_("Enter a country as two capital letters."))]


class SlugField(DomainField, _SlugField):
    """
    Letters, digits, underscores and dashes, of the domain `slug`.

    max_length: characters, 50 by default.
    """

    domain = "slug"
    sizes = {"max_length": 50}
    rules = [
        Pattern("[-a-zA-Z0-9_]+", message=_("Use letters, digits, underscores and dashes.")),
    ]

    def __init__(self, *args: Any, allow_unicode: bool = False, **kwargs: Any) -> None:
        if allow_unicode:
            raise ConfigurationError(
                "The domain slug is of ASCII; for other letters use Django's SlugField(allow_unicode=True)."
            )
        super().__init__(*args, **kwargs)
