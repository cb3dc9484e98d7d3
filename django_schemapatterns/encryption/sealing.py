"""From the value of a field to an envelope, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import FieldError

from django_schemapatterns.encryption import keys, plaintext
from django_schemapatterns.encryption.binding import text_of
from django_schemapatterns.encryption.envelope import Subkeys, join, take_apart
from django_schemapatterns.encryption.values import Resealed, Sealed
from django_schemapatterns.exceptions import DecryptionError

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.encryption.fields import EncryptedField


def sealed(field: EncryptedField, value: Any) -> Sealed:
    """Return a value encrypted; one that belongs to a row or a tenant is refused."""
    if field.binding_field is not None:
        refuse(field)
    return Sealed(envelope(field, value))


def refuse(field: EncryptedField) -> NoReturn:
    raise FieldError(
        f"{field.label} is bound to its {field.binding.bind}, which update() and bulk_update() do not "
        f"tell. Use "
        f"save() or bulk_create(), or encryption.bulk_update(queryset, objects, [{field.name!r}])."
    )


def sealed_for(field: EncryptedField, instance: Model, value: Any, *, add: bool) -> Sealed:
    """Return the value of an instance encrypted, for an INSERT or an UPDATE of its row."""
    data, where = plaintext.to_bytes(field.base_field, value), associated(field, bound_of(field, instance))
    keys_, row = keys.ring(field.key).primary(field.place), _row_of(field, where, instance.pk)
    header = _header(field, keys_, data, row)
    sealed = keys_.seal(header, data, where)
    return Sealed(sealed) if add or not row else Resealed(sealed, header, str(field.column))


def envelope(field: EncryptedField, value: Any, bound: bytes | None = None) -> bytes:
    """
    Return the envelope of a value.

    bound: the text of what it is bound to.
    """
    return envelope_of(field, plaintext.to_bytes(field.base_field, value), bound)


def envelope_of(field: EncryptedField, data: bytes, bound: bytes | None, key: Any = None) -> bytes:
    """
    Return the envelope of the bytes of a value.

    key: the primary key of the row, if it is known.
    """
    keys_, where = keys.ring(field.key).primary(field.place), associated(field, bound)
    return keys_.seal(_header(field, keys_, data, _row_of(field, where, key)), data, where)


def opened(field: EncryptedField, value: Any) -> Any:
    """Return the value of what the database gave: an envelope, or one with what it is bound to."""
    if field.binding_field is None:
        return unsealed(field, bytes(value), None)
    if isinstance(value, str) and " " in value:
        sealed, _, bound = value.partition(" ")
        return unsealed(field, bytes.fromhex(sealed), bound.encode())
    if isinstance(value, list) and len(value) == 2:
        return unsealed(field, *value)
    raise FieldError(
        f"{field.label} is bound to its {field.binding.bind}, which raw SQL and expressions do not tell. "
        f"Read it with "
        f"a query of the ORM, or defer it."
    )


def unsealed(field: EncryptedField, sealed: bytes, bound: bytes | None) -> Any:
    """Return the value in an envelope, or raise DecryptionError."""
    data = plaintext_of(field, sealed, bound)
    try:
        return plaintext.from_bytes(field.base_field, data)
    except DecryptionError as error:
        error.add_field(field.label, field.place)
        raise


def plaintext_of(field: EncryptedField, sealed: bytes, bound: bytes | None) -> bytes:
    """Return the bytes of a value in an envelope, or raise DecryptionError."""
    try:
        parts = take_apart(sealed)
        keys_ = keys.subkeys(field.key, parts.key_id, field.place)
        return keys_.unseal(parts, associated(field, bound))
    except DecryptionError as error:
        error.add_field(field.label, field.place)
        raise


def indexes_of(field: EncryptedField, value: Any) -> list[bytes]:
    """Return the blind indexes that rows with a value may have: by each key, and those of before."""
    data, all_keys = plaintext.to_bytes(field.base_field, value), keys.ring(field.key).all(field.place)
    indexes = field.index.all if field.index else []
    return [each.index_of(index.normalized(data), index.size) for each in all_keys for index in indexes]


def bound_of(field: EncryptedField, instance: Model) -> bytes | None:
    """Return what the value of an instance is bound to."""
    binding = field.binding_field
    if binding is None:
        return None
    value = getattr(instance, binding.attname)
    if value is None or hasattr(value, "resolve_expression"):
        raise FieldError(
            f"{field.label} is bound to {binding.name!r}, which has no value yet. Give the field a value "
            f"before the "
            f"row is inserted, such as default=uuid.uuid4, or name another field with `by`."
        )
    return text_of(binding, value)


def associated(field: EncryptedField, bound: bytes | None) -> bytes:
    """Return what is authenticated with a value besides the header: where it belongs."""
    return field.associated if bound is None else field.associated + join([bound])


def _header(field: EncryptedField, keys_: Subkeys, data: bytes, row: bytes) -> bytes:
    return keys_.header(_index(field, keys_, data), keys_.fingerprint_of(row, data) if row else b"")


def _index(field: EncryptedField, keys_: Subkeys, data: bytes) -> bytes:
    return b"" if field.index is None else keys_.index_of(field.index.normalized(data), field.index.size)


def _row_of(field: EncryptedField, where: bytes, key: Any) -> bytes:
    """Return what tells the row of a value from others, b"" while its key is to be assigned."""
    if field.binding.bind == "row":
        return where
    texts = []
    for part in key if isinstance(key, tuple) else (key,):
        if part is None or hasattr(part, "resolve_expression"):
            return b""
        texts.append(str(part).encode())
    return where + join(texts)
