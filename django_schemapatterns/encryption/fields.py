"""The field whose values the database never sees."""

from __future__ import annotations

import base64
import binascii
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.expressions import Case, Col, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql import Query
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.encryption import sealing
from django_schemapatterns.encryption.binding import Binding
from django_schemapatterns.encryption.columns import EncryptedCol
from django_schemapatterns.encryption.envelope import join
from django_schemapatterns.encryption.forms import revealing
from django_schemapatterns.encryption.index import SUFFIX, BlindIndex, BlindIndexField, unique_constraints
from django_schemapatterns.encryption.lookups import lookup_of
from django_schemapatterns.encryption.values import Fixture, KeepIfSame, Resealed, Sealed, Secret, masked
from django_schemapatterns.exceptions import ConfigurationError, DecryptionError
from django_schemapatterns.schema.attach import attach_field_constraints

if TYPE_CHECKING:
    from django.db.models import Field, Model

    _Field = models.Field[Any, Any]
else:
    _Field = models.Field

FIXTURE = "$encrypted$"
_TAKEN_OVER = ("blank", "null", "default", "editable", "help_text", "choices", "error_messages")
_COLUMN = ("db_column", "db_comment", "verbose_name", "name")
_PASSED_ON = (Col, Case, Coalesce, Cast, Subquery, Query)


class EncryptedField(_Field):
    """
    A field whose values are encrypted before they leave Python, and decrypted when they come back.

        tax_number = EncryptedField(models.CharField(max_length=20, null=True), key="pii", index=BlindIndex())

    base_field: the field that it would be without encryption; its options are the field's.
    key: the name of a ring of keys in SCHEMAPATTERNS["ENCRYPTION_KEYS"].
    bind: what a value belongs to, besides its column: "column", no more; "row", its row; "tenant", the
    rows of the same tenant. A value that is copied to where it does not belong can not be decrypted.
    by: the field that tells the row (the primary key unless you say otherwise) or the tenant ("tenant").
    index: a BlindIndex, if rows are to be found by the value.
    place: the name of the column that values are bound to, when the table or the column was renamed.

    Raises DecryptionError, and UnknownKey, when a value that is read is not what was written.
    """

    description = _("Encrypted value")
    is_secret = True  # the audit log says that it changed, and not how
    empty_strings_allowed = False

    def __init__(
        self,
        base_field: Field[Any, Any],
        *,
        key: str,
        bind: str = "column",
        by: str = "",
        index: BlindIndex | None = None,
        place: str = "",
    ) -> None:
        if not isinstance(base_field, models.Field):
            raise ConfigurationError(
                f"EncryptedField takes the field that it encrypts, such as "
                f"models.CharField(max_length=20), not "
                f"{base_field!r}."
            )
        self.base_field, self.key, self.index, self.given_place = base_field, key, index, place
        self.binding = Binding(bind, by)
        options = {name: getattr(base_field, name) for name in (*_TAKEN_OVER, *_COLUMN)}
        options["error_messages"] = base_field._error_messages  # type: ignore[attr-defined]
        super().__init__(**options)

    # What it is

    @property
    def label(self) -> str:
        """The name of the field, for errors."""
        return f"{self.model._meta.label}.{self.name}" if hasattr(self, "model") else str(self.name)

    @cached_property
    def place(self) -> str:
        """The column that values are bound to."""
        return self.given_place or f"{self.model._meta.db_table}.{self.column}"

    @cached_property
    def binding_field(self) -> Field[Any, Any] | None:
        """The field of the row whose value is authenticated with this one's."""
        return self.binding.field_of(self.model)

    @cached_property
    def associated(self) -> bytes:
        """What is authenticated with every value of the column."""
        return join([self.place.encode(), self.binding.bind.encode()])

    @property
    def index_field(self) -> BlindIndexField:
        return self.model._meta.get_field(f"{self.name}{SUFFIX}")  # type: ignore[return-value]

    def __deepcopy__(self, memo: dict[int, Any]) -> EncryptedField:
        copied = super().__deepcopy__(memo)
        copied.base_field = deepcopy(self.base_field, memo)
        return copied

    def deconstruct(self) -> Any:
        """Name the ring of keys, never a key."""
        name = super().deconstruct()[0]
        base_field = self.base_field.clone()
        base_field.db_comment = self.db_comment  # which may have come after __init__, from the help text
        kwargs: dict[str, Any] = {
            "base_field": base_field,
            "key": self.key,
            **self.binding.options(),
        }
        if self.index is not None:
            kwargs["index"] = self.index
        if self.given_place:
            kwargs["place"] = self.given_place
        return name, "django_schemapatterns.fields.EncryptedField", [], kwargs

    def for_reading(self) -> EncryptedField:
        """Return the same field for a model of a view, in which values are bound to the table still."""
        copied: EncryptedField = self.clone()
        copied.given_place = self.place
        return copied

    def contribute_to_class(self, cls: type[Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002
        super().contribute_to_class(cls, name, private_only)
        for cached in ("place", "binding_field", "associated"):
            self.__dict__.pop(cached, None)
        self.base_field.set_attributes_from_name(name)
        self.base_field.model = cls
        today = not cls._meta.abstract and cls.__module__ != "__fake__"
        names = {field.name for field in cls._meta.local_fields}
        if self.index is not None and today and f"{name}{SUFFIX}" not in names:
            cls.add_to_class(f"{name}{SUFFIX}", BlindIndexField(db_index=not self.index.unique))

    def converted_by(self, old: Any, new: Any) -> Any:
        """Return the operation that takes values from one field to the other, None if they stay."""
        from django_schemapatterns.encryption.operations import EncryptColumn

        return None if ways_of(old) == ways_of(new) else EncryptColumn

    def refuse_alteration(self, old: Any, new: Any) -> None:
        """Let no migration leave values behind that nobody can read."""
        if ways_of(old) == ways_of(new):
            return
        name = f"{new.model._meta.label}.{new.name}"
        if getattr(old, "place", None) != getattr(new, "place", None) and old.column != new.column:
            raise ConfigurationError(
                f"{name}: its values are bound to the name {old.place!r}, and could not be read under "
                f"another. First "
                f"write place={old.place!r} into the field and run makemigrations; then rename it, and "
                f"keep that."
            )
        raise ConfigurationError(
            f"{name}: AlterField would leave values that nobody can read. Write "
            f"django_schemapatterns.operations.EncryptColumn in its place, with the same arguments."
        )

    def refuse_new_table(self, old: str, new: str) -> None:
        """Let no table get a name under which its values could not be read."""
        if not self.given_place and old != new:
            place = f"{old}.{self.column}"
            raise ConfigurationError(
                f"{self.label}: its values are bound to the name {place!r}, and could not be read under "
                f"another. First "
                f"write place={place!r} into the field and run makemigrations; then rename the table, and "
                f"keep that."
            )

    def check(self, **kwargs: Any) -> list[Any]:
        from django_schemapatterns.encryption.checks import check_field

        return [*super().check(**kwargs), *check_field(self)]

    def get_internal_type(self) -> str:
        return "BinaryField"

    # Queries

    @property
    def cached_col(self) -> EncryptedCol:
        return EncryptedCol(self.model._meta.db_table, self)

    def get_col(self, alias: Any, output_field: Field[Any, Any] | None = None) -> EncryptedCol:
        return EncryptedCol(alias, self, output_field)

    def get_lookup(self, lookup_name: str) -> Any:
        return lookup_of(self, lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return lookup_of(self, lookup_name)

    def indexes_of(self, value: Any) -> list[bytes]:
        """Return the blind indexes that rows with the value can have, one for each key of the ring."""
        return sealing.indexes_of(self, self.base_field.to_python(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        if not isinstance(expression, _PASSED_ON):
            raise FieldError(
                f"{self.label} is encrypted: the database can not compute {type(expression).__name__}()."
            )
        try:
            return sealing.opened(self, value)
        except Exception as error:  # noqa: BLE001 - reports of errors show the variables of each frame
            raise error.with_traceback(None) from None

    # Writing

    def pre_save(self, model_instance: Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        try:
            return self._prepared(model_instance, add=add)
        except Exception as error:  # noqa: BLE001 - reports of errors show the variables of each frame
            raise error.with_traceback(None) from None

    def _prepared(self, model_instance: Model, *, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        if hasattr(value, "resolve_expression"):
            return self._without_plain_text(value)
        return sealing.sealed_for(self, model_instance, value, add=add)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, Resealed):
            return KeepIfSame(value)
        if isinstance(value, Fixture):
            return self.get_db_prep_value(Sealed(self._from_fixture(value)), connection)
        if hasattr(value, "as_sql"):
            return self._without_plain_text(value)
        return self.get_db_prep_value(value, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if value is None:
            return None
        sealed = value if isinstance(value, Sealed) else sealing.sealed(self, value)
        return connection.Database.Binary(sealed.envelope)

    def _without_plain_text(self, expression: Any) -> Any:
        """Return the expression with the values in it encrypted, or raise FieldError when it computes one."""
        if isinstance(expression, Value):
            value = expression.value
            given = value if value is None or isinstance(value, Sealed) else sealing.sealed(self, value)
            encrypted = Value(given, output_field=self)
            encrypted.for_save = True
            return encrypted
        if isinstance(expression, Cast) and expression.output_field is self:
            inner = expression.get_source_expressions()
            expression.set_source_expressions([self._without_plain_text(each) for each in inner])
            return expression
        if isinstance(expression, Case):
            for when in expression.cases:
                when.result = self._without_plain_text(when.result)
            expression.default = self._without_plain_text(expression.default)
            expression.output_field = self
            return expression
        raise FieldError(
            f"{self.label} is encrypted: the database can not compute a value for it from "
            f"{type(expression).__name__}. Give it a value, or Case() and When() with values."
        )

    # Forms, validation, fixtures

    def get_default(self) -> Any:
        return self.base_field.get_default()

    def formfield(self, **kwargs: Any) -> Any:
        return revealing(self.base_field.formfield(**kwargs))

    def clean(self, value: Any, model_instance: Model | None) -> Any:
        """Validate as the inner field does; errors do not tell the value."""
        if isinstance(value, Sealed):
            return value
        try:
            return self.base_field.clean(value, model_instance)
        except ValidationError as error:
            raise masked(error) from None

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value
        if isinstance(value, str) and value.startswith(FIXTURE):
            return Fixture(value)
        return self.base_field.to_python(value)

    def value_from_object(self, obj: Model) -> Any:
        value = super().value_from_object(obj)
        return value if value is None or isinstance(value, str) else Secret(value)

    def value_to_string(self, obj: Model) -> str:
        """Return the value encrypted, since fixtures are files."""
        value = getattr(obj, self.attname)
        if value is None:
            return ""
        sealed = value if isinstance(value, Sealed) else sealing.sealed_for(self, obj, value, add=True)
        return FIXTURE + base64.b64encode(sealed.envelope).decode()

    def _from_fixture(self, text: str) -> bytes:
        try:
            return base64.b64decode(text.removeprefix(FIXTURE), validate=True)
        except (binascii.Error, ValueError):
            raise DecryptionError(f"{self.label}: the fixture is damaged") from None


def ways_of(field: Any) -> tuple[Any, ...] | None:
    """Return what a value of a field needs to be read, None for plain ones."""
    if not isinstance(field, EncryptedField):
        return None
    return field.key, field.place, field.binding.bind, field.binding.name


attach_field_constraints(EncryptedField, unique_constraints)
