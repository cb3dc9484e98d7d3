"""Blind indexes: equal values are found, and nothing else can be told of them without a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import BinaryField, F, Func, UniqueConstraint
from django.utils.deconstruct import deconstructible

from django_schemapatterns.encryption import plaintext
from django_schemapatterns.encryption.envelope import PREFIX
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.names import NamedByModel

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.encryption.fields import EncryptedField

    _GeneratedField = models.GeneratedField
else:
    _GeneratedField = models.GeneratedField

SUFFIX = "_index"
EXACT_BITS = 96  # fewer give strangers the same index, so that a lookup may find them
NORMALIZE: dict[str, Callable[[bytes], bytes]] = {"casefold": plaintext.casefold}


@deconstructible(path="django_schemapatterns.fields.BlindIndex")
class BlindIndex:
    """
    Makes an encrypted field one that exact lookups can find.

        email = EncryptedField(models.EmailField(), key="pii", index=BlindIndex(normalize="casefold"))

    normalize: "casefold" if upper and lower case are not to matter.
    bits: the size of the index, 16 to 256 in steps of 8. With fewer than 96 several values share one,
    which tells
    an attacker less, and lookups give candidates only.
    unique: whether no two rows may have the same value.
    accept_leakage: why an index of few possible values is right, although it tells which rows have the same.
    previous: the index that rows have from before `normalize` or `bits` changed; lookups find those, too.
    """

    def __init__(
        self,
        *,
        normalize: str | None = None,
        bits: int = 128,
        unique: bool = False,
        accept_leakage: str = "",
        previous: BlindIndex | None = None,
    ) -> None:
        if normalize not in (None, *NORMALIZE):
            raise ConfigurationError(f"BlindIndex: normalize is {normalize!r}; it may be 'casefold' or None.")
        if bits not in range(16, 257, 8):
            raise ConfigurationError(f"BlindIndex: bits is {bits!r}; it may be 16 to 256, in steps of 8.")
        if unique and bits < EXACT_BITS:
            raise ConfigurationError(
                f"BlindIndex: unique needs bits of {EXACT_BITS} or more, or it would refuse values that "
                f"differ."
            )
        self.normalize, self.bits, self.unique = normalize, bits, unique
        self.accept_leakage, self.previous = accept_leakage, previous

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlindIndex) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[Any, ...]:
        return self.normalize, self.bits, self.unique, self.previous

    @property
    def size(self) -> int:
        """The number of bytes of an index."""
        return self.bits // 8

    @property
    def is_exact(self) -> bool:
        """Whether rows with the same index have the same value."""
        return all(each.bits >= EXACT_BITS for each in self.all)

    @property
    def all(self) -> list[BlindIndex]:
        """This index, and the one that rows may still have."""
        return [self, *(self.previous.all if self.previous else ())]

    def normalized(self, data: bytes) -> bytes:
        """Return what of a value counts."""
        return NORMALIZE[self.normalize](data) if self.normalize else data


class IndexOf(Func):
    """The blind index within an envelope, NULL where there is none."""

    template = (
        f"NULLIF(substring(%(expressions)s FROM {PREFIX + 1} FOR get_byte(%(expressions)s, 3)), ''::bytea)"
    )
    arity = 1


class BlindIndexField(_GeneratedField):
    """
    The column with the blind index of the encrypted field beside it; EncryptedField adds it itself.

    PostgreSQL takes it out of the envelope, so no way to write can leave it behind.
    """

    is_secret = is_derived = True  # the audit log tells of the encrypted field alone

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"null": True, "serialize": False, **kwargs}
        for implied in ("expression", "output_field", "db_persist"):
            kwargs.pop(implied, None)
        super().__init__(
            expression=IndexOf(F("")), output_field=BinaryField(null=True), db_persist=True, **kwargs
        )

    def contribute_to_class(self, cls: type[Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002
        if any(isinstance(field, BlindIndexField) and field.name == name for field in cls._meta.local_fields):
            return  # the encrypted field has added one
        self.expression = IndexOf(F(name.removesuffix(SUFFIX)))
        super().contribute_to_class(cls, name, private_only)

    def generated_sql(self, connection: Any) -> Any:
        """Return the expression by the name that the encrypted field has, while both are renamed, too."""
        self.expression = IndexOf(F(self._source_name()))
        return super().generated_sql(connection)

    def _source_name(self) -> str:
        fields = {field.name: field for field in self.model._meta.local_concrete_fields}
        # A copy of a field is equal to it, and may have the name that it had before.
        mine = [self.name, *(name for name, field in fields.items() if field == self)]
        sources = [name.removesuffix(SUFFIX) for name in mine]
        alone = [
            name
            for name, field in fields.items()
            if isinstance(getattr(field, "index", None), BlindIndex) and f"{name}{SUFFIX}" not in fields
        ]
        found = [name for name in (*sources, *alone) if name in fields]
        return found[0] if found else sources[0]

    def check(self, **kwargs: Any) -> list[Any]:
        from django_schemapatterns.encryption.checks import check_index_field

        return [*super().check(**kwargs), *check_index_field(self)]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        for implied in ("expression", "output_field", "db_persist", "null", "serialize"):
            kwargs.pop(implied, None)
        return name, "django_schemapatterns.fields.BlindIndexField", args, kwargs


class UniqueEncrypted(NamedByModel, UniqueConstraint):
    """
    Keeps encrypted values apart by their blind index; comes with `BlindIndex(unique=True)`.

    field: the encrypted field.
    """

    def __init__(self, *, field: str, name: str, **kwargs: Any) -> None:
        self.field = field
        kwargs.pop("fields", None)
        super().__init__(fields=[f"{field}{SUFFIX}"], name=name, **kwargs)

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        kwargs.pop("fields")
        return "django_schemapatterns.constraints.UniqueEncrypted", args, {**kwargs, "field": self.field}

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Say at the field that another row has the value."""
        field: EncryptedField = model._meta.get_field(self.field)
        value = getattr(instance, field.attname)
        if value is None or (exclude and self.field in exclude):
            return
        others = model._default_manager.using(using).filter(**{self.field: value})
        if not instance._state.adding and instance._is_pk_set():
            others = others.exclude(pk=instance.pk)
        if others.exists():
            raise ValidationError({self.field: instance.unique_error_message(model, (self.field,))})

    def violation_error(self, refusal: Any) -> ValidationError:
        """Return the same for what the database has refused."""
        instance = refusal.instance or refusal.model()
        return ValidationError({self.field: instance.unique_error_message(refusal.model, (self.field,))})


def unique_constraints(field: EncryptedField, model: type[Model]) -> list[UniqueEncrypted]:
    """Return the constraint that a unique index needs."""
    if field.index is None or not field.index.unique:
        return []
    name = f"{model._meta.db_table}_{field.name}_unique".replace('"', "").replace(".", "_")
    return [UniqueEncrypted(field=field.name, name=name)]


def source_of(field: BlindIndexField) -> Any:
    """Return the field that an index is about, None when there is none."""
    try:
        return field.model._meta.get_field(field.name.removesuffix(SUFFIX))
    except FieldDoesNotExist:
        return None
