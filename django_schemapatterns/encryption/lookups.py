"""What can be asked of encrypted values: whether there is one, and which rows have this one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.db.models.expressions import Col
from django.db.models.lookups import IsNull, Lookup

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField


class EncryptedIsNull(IsNull):
    """Whether there is a value."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(Col(lhs.alias, lhs.target) if isinstance(lhs, Col) else lhs, rhs)


class _BlindLookup(Lookup):
    """Compares the blind index with those that the keys of the ring give for a value."""

    prepare_rhs = False
    encrypted: EncryptedField

    def __init__(self, lhs: Any, rhs: Any) -> None:
        self.encrypted = lhs.output_field
        if rhs is None:  # Django asks for isnull then
            self.indexes: list[bytes] = []
            super().__init__(lhs, None)
            return
        require_index(self.encrypted, str(self.lookup_name))
        self.indexes = self._indexes(self._values(rhs))  # Whatever shows a query shows these, not the value.
        super().__init__(self._index_column(lhs), self.indexes)

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.indexes:
            raise EmptyResultSet
        sql, params = compiler.compile(self.lhs)
        marks = ", ".join(["%s"] * len(self.indexes))
        return f"{sql} = %s" if len(self.indexes) == 1 else f"{sql} IN ({marks})", [*params, *self.indexes]

    def _values(self, rhs: Any) -> Iterable[Any]:
        return [rhs]

    def _indexes(self, values: Iterable[Any]) -> list[bytes]:
        found: dict[bytes, None] = {}
        for value in values:
            if hasattr(value, "resolve_expression") or hasattr(value, "as_sql"):
                raise FieldError(
                    f"{self.encrypted.label} is encrypted: the database can not compare it with an "
                    f"expression. Compare "
                    f"with a value."
                )
            if value is not None:
                found |= dict.fromkeys(self.encrypted.indexes_of(value))
        return list(found)

    def _index_column(self, lhs: Any) -> Any:
        if not isinstance(lhs, Col):
            raise FieldError(
                f"{self.encrypted.label} is encrypted: filter by the field itself, not by an expression "
                f"of it."
            )
        return self.encrypted.index_field.get_col(lhs.alias)


class BlindExact(_BlindLookup):
    lookup_name = "exact"


class BlindIExact(_BlindLookup):
    lookup_name = "iexact"


class BlindCandidates(_BlindLookup):
    lookup_name = "candidates"


class BlindIn(_BlindLookup):
    lookup_name = "in"

    def _values(self, rhs: Any) -> Iterable[Any]:
        if isinstance(rhs, str) or not isinstance(rhs, Iterable) or hasattr(rhs, "query"):
            raise FieldError(f"{self.encrypted.label} is encrypted: give __in a list of values, not a query.")
        return rhs


LOOKUPS: dict[str, Any] = {
    each.lookup_name: each for each in (BlindExact, BlindIExact, BlindIn, BlindCandidates)
}


def lookup_of(field: EncryptedField, name: str) -> Any:
    """Return the class of a lookup, or raise a FieldError that tells what to do instead."""
    if name == "isnull":
        return EncryptedIsNull
    index = field.index
    if name not in LOOKUPS or (name == "iexact" and index is not None and index.normalize != "casefold"):
        possible = "isnull alone" if index is None else "exact, in and isnull"
        raise FieldError(
            f"{field.label} is encrypted: the database can not answer __{name}. Possible are {possible}. "
            f"Read the rows "
            f"and compare in Python, or keep what you need to ask in a column of its own."
        )
    return LOOKUPS[name]


def require_index(field: EncryptedField, name: str) -> None:
    """Raise a FieldError when the field has no index for the lookup."""
    index = field.index
    if index is None:
        raise FieldError(
            f"{field.label} is encrypted and has no index to find it by: add index=BlindIndex() to the field."
        )
    if not index.is_exact and name != "candidates":
        raise FieldError(
            f"{field.label} has an index of {index.bits} bits, which several values share: filter with "
            f"{field.name}__candidates and compare the values of what is found."
        )
