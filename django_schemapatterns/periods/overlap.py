"""Periods that people enter: with gaps, but none over another."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.lookups import Overlap
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BaseConstraint, Deferrable, Q, Value
from django.db.models.signals import class_prepared
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.periods import overlap_sql
from django_schemapatterns.periods.overlap_checks import PERIOD, check_overlap
from django_schemapatterns.periods.overlap_columns import OverlapColumns, columns_of
from django_schemapatterns.periods.overlap_values import fault_of, in_words
from django_schemapatterns.schema.names import NamedByModel

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import Model

    from django_schemapatterns.schema.errors import Refusal

BOUNDS: Final = ("[]", "[)")


class NoOverlap(NamedByModel, BaseConstraint):
    """
    No two rows with the same key have periods that overlap, and none has an inverted, empty or infinite one.

        class Meta:
            constraints = [
                NoOverlap("product", "start_date", "end_date", bounds="[]"),   # both days included
                NoOverlap("room", "during"),                                   # a field of ranges
            ]

    fields: the keys, if any, and then the period: a field of ranges, or two DateFields or DateTimeFields. An
    end that is NULL is open.
    bounds: whether the second of two fields belongs to the period: "[]" or "[)", as for RangeField.
    condition: a Q; rows outside may overlap, say Q(deleted_at=None) for those that are not deleted.
    deferrable: a Deferrable, to let rows swap periods; then `bulk_create(ignore_conflicts=True)` is refused.
    violation_error_message: may name %(row)s, %(period)s and %(pk)s of the row in the way.
    native: on PostgreSQL 18 a temporal key, UNIQUE (…, period WITHOUT OVERLAPS); needs a key and a range.
    """

    def __init__(
        self,
        *names: str,
        fields: Collection[str] = (),
        name: str = "",
        bounds: str = "[)",
        condition: Q | None = None,
        deferrable: Deferrable | None = None,
        native: bool = False,
        kind: str | None = None,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        """kind: the range type, which makes a migration of a change of the fields' types; found by itself."""
        self.fields = (*names, *fields)
        if not self.fields or not all(isinstance(each, str) for each in self.fields):
            raise ValueError("NoOverlap needs the names of fields: the keys, and then the period.")
        if bounds not in BOUNDS:
            raise ValueError(f"NoOverlap.bounds must be one of {', '.join(BOUNDS)}, not {bounds!r}.")
        if condition is not None and not isinstance(condition, Q):
            raise ValueError("NoOverlap.condition must be a Q instance.")
        if deferrable is not None and not isinstance(deferrable, Deferrable):
            raise ValueError("NoOverlap.deferrable must be a Deferrable instance.")
        if native and condition is not None:
            raise ValueError("A temporal key holds for every row: give NoOverlap native or a condition.")
        self.bounds, self.condition, self.deferrable = bounds, condition, deferrable
        self.native, self.kind = native, kind
        super().__init__(
            name=name or "%(app_label)s_%(class)s_no_overlap",
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def deconstruct(self) -> Any:
        _path, arguments, kwargs = super().deconstruct()
        kwargs["fields"] = self.fields
        for name, default in _DEFAULTS.items():
            if (value := getattr(self, name)) != default:
                kwargs[name] = value
        return "django_schemapatterns.constraints.NoOverlap", arguments, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash((self.name, self.fields))

    def __repr__(self) -> str:
        return f"<NoOverlap: fields={self.fields!r} name={self.name!r}>"

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return overlap_sql.clauses(self, model, schema_editor) if _is_postgresql(schema_editor) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return overlap_sql.add(self, model, schema_editor) if _is_postgresql(schema_editor) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return overlap_sql.drop(self, model, schema_editor) if _is_postgresql(schema_editor) else None

    def check(self, model: type[Model], connection: Any) -> list[Any]:
        references = model._get_expr_references(self.condition) if self.condition else ()  # type: ignore[attr-defined]
        return [
            *check_overlap(self, model),
            *self._check_references(model, set(references)),  # type: ignore[attr-defined]
        ]

    _check = check  # by which Django 5.2 calls it

    def validate(
        self, model: type[Model], instance: Model, exclude: Any = None, using: str = "default"
    ) -> None:
        """Raise ValidationError, at a field where there is one to blame, for a row that breaks the rule."""
        columns, left_out = self.columns(model), set(exclude or ())
        if self._is_unknown(columns, instance, left_out):
            return
        period = columns.period_of(instance)
        if period is None:
            period = columns.ranges.range_type(None, None)
        if fault := fault_of(period):
            raise _at(columns.period[-1].name, left_out, ValidationError(fault[1], code=fault[0]))
        if row := self.rival(model, instance, using):
            place = columns.period[0].name if len(columns.period) == 1 else None
            raise _at(place, left_out, self.error(row))

    @property
    def error_names(self) -> tuple[str, str]:
        """What the database calls the rule in an error, and the one that a period ends after it starts."""
        return self.name, overlap_sql.check_name(self.name)

    def violation_error(self, refusal: Refusal) -> ValidationError:
        """Return what the database's error means, with the row in the way where it can be found."""
        if refusal.instance is not None and refusal.using is not None:
            try:
                self.validate(refusal.model, refusal.instance, using=refusal.using)
            except ValidationError as error:
                return error
        if refusal.diagnosis.constraint == overlap_sql.check_name(self.name):
            message = _("The period ends before it starts, is empty, or has an end that is infinite.")
            end = self.columns(refusal.model).period[-1]
            return ValidationError({end.name: ValidationError(message, code="period")})
        message = _("This period overlaps that of another row.")
        return ValidationError(message, code=self.violation_error_code or "overlap")

    def rival(self, model: type[Model], instance: Model, using: str) -> Model | None:
        """Return a row that the instance would overlap."""
        columns = self.columns(model)
        key, period = columns.key_of(instance), columns.period_of(instance)
        if None in key.values() or period is None or not self.concerns(model, instance, using):
            return None
        rows: Any = model._base_manager.using(using).filter(
            Overlap(columns.expression(), Value(period, output_field=columns.ranges)), **key
        )
        if self.condition is not None:
            rows = rows.filter(self.condition)
        if not instance._state.adding:
            rows = rows.exclude(pk=instance.pk)
        return rows.order_by(columns.period[0].name).first()  # type: ignore[no-any-return]

    def concerns(self, model: type[Model], instance: Model, using: str) -> bool:
        """Whether the instance is among the rows that the condition is about."""
        if self.condition is None:
            return True
        values = instance._get_field_expression_map(meta=model._meta)  # type: ignore[attr-defined]
        return self.condition.check(values, using=using)

    def error(self, row: Model) -> ValidationError:
        """Return the error that names the row in the way."""
        period = self.columns(type(row)).period_of(row)
        names = {"name": self.name, "row": str(row), "period": in_words(period), "pk": row.pk}
        message: Any = self.violation_error_message
        if message == BaseConstraint.default_violation_error_message:
            message = _("This period overlaps that of %(row)s (%(period)s).")
        return ValidationError(message, code=self.violation_error_code or "overlap", params=names)

    def columns(self, model: type[Model]) -> OverlapColumns:
        """Return the columns of the rule; raises ConfigurationError when they make no period."""
        columns = self.find_columns(model)
        if columns is None:
            raise ConfigurationError(f"{model._meta.label}: {self.name} knows no period: {PERIOD}.")
        return columns

    def find_columns(self, model: type[Model]) -> OverlapColumns | None:
        return columns_of(model, self.fields, self.bounds)

    def _is_unknown(self, columns: OverlapColumns, instance: Model, left_out: set[str]) -> bool:
        """Whether a field has no value yet, or one that only the database can work out."""
        fields = [*columns.keys, *columns.period]
        values = {field.name: getattr(instance, field.attname) for field in fields}
        if any(hasattr(value, "resolve_expression") for value in values.values()):
            return True
        # What a form leaves out the row may have all the same; a rule that is skipped would end in an error.
        return instance._state.adding and any(values[name] is None for name in left_out & values.keys())


_DEFAULTS: Final[dict[str, Any]] = {
    "bounds": "[)",
    "condition": None,
    "deferrable": None,
    "native": False,
    "kind": None,
}


def _at(field: str | None, left_out: set[str], error: ValidationError) -> ValidationError:
    return error if field is None or field in left_out else ValidationError({field: error})


def _is_postgresql(editor: Any) -> bool:
    return bool(editor.connection.vendor == "postgresql")


def _learn_kind(sender: Any, **kwargs: Any) -> None:
    """Let each rule of a model know its range type; one that a migration wrote knows it."""
    for rule in sender._meta.constraints:
        if isinstance(rule, NoOverlap) and rule.kind is None:
            with suppress(FieldDoesNotExist):  # check() tells
                columns = rule.find_columns(sender)
                rule.kind = columns.kind if columns else None


class_prepared.connect(_learn_kind, dispatch_uid="schemapatterns.no_overlap")
