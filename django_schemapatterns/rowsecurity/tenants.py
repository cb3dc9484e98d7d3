"""Foreign keys that stay within a tenant: no bridge to another's rows, and no word about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.attach import attach_constraints, attach_field_constraints
from django_schemapatterns.schema.names import quote, shorten
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.models import Model

TENANT = "tenant"


class TenantModel(models.Model):
    """
    The base of models whose rows belong to tenants, and that a TenantForeignKey may point at.

        class Document(TenantModel):
            tenant = models.ForeignKey(Company, models.CASCADE, db_default=current.tenant_id)

    The field `tenant` is yours to declare; its table gets a key of tenant and primary key.
    """

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """
    A foreign key to a row of the same tenant, kept by PostgreSQL: also for raw SQL and for hidden rows.

        document = TenantForeignKey(Document, models.CASCADE)

    The field's model and the one that it points at are TenantModels. Other arguments are ForeignKey's own.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False  # the one of the two columns takes its place
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, "django_schemapatterns.fields.TenantForeignKey", args, kwargs


class TenantReference(SchemaObject):
    """The foreign key of two columns behind a TenantForeignKey; migrations name it, you need not."""

    holds_columns = True

    def __init__(self, *, name: str, field: str) -> None:
        self.field = field
        super().__init__(name=name)

    def requires(self, model: type[Model]) -> list[tuple[str, str, str]]:
        parent: Any = model._meta.get_field(self.field).remote_field.model  # type: ignore[union-attr]
        return [(parent._meta.app_label, parent._meta.model_name, TENANT)]

    def create(self, model: type[Model]) -> str:
        field: Any = model._meta.get_field(self.field)
        target, parent = field.target_field, field.remote_field.model
        columns = f"{quote(_tenant(model).column)}, {quote(field.column)}"
        key = f"{quote(_tenant(parent).column)}, {quote(target.column)}"
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({columns}) REFERENCES {quote(parent._meta.db_table)} ({key}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def remove(self, model: type[Model]) -> str:
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT IF EXISTS {quote(self.name)}"

    def validate(
        self, model: Any = None, instance: Any = None, exclude: Any = None, using: Any = None
    ) -> None:
        """Raise a ValidationError at the field where the other row is not one of the same tenant."""
        field: Any = model._meta.get_field(self.field)
        key = getattr(instance, field.attname)
        if key is None or (exclude and self.field in exclude):
            return
        parent = field.remote_field.model
        tenant = getattr(instance, _tenant(model).attname)
        same = {field.target_field.attname: key, _tenant(parent).attname: tenant}
        if not parent._base_manager.using(using).filter(**same).exists():
            message = _("Choose one of the same tenant.")
            raise ValidationError({self.field: ValidationError(message, code="invalid")})

    def deconstruct(self) -> Any:
        path = "django_schemapatterns.constraints.TenantReference"
        return path, (), {"name": self.name, "field": self.field}


def tenant_keys(model: Any) -> Iterator[UniqueConstraint]:
    """Return the key that a TenantForeignKey to the model refers to."""
    if _tenant(model).null:
        raise ConfigurationError(
            f"{model._meta.label}.{TENANT} may be NULL, and such a row would be nobody's."
        )
    name = shorten(f"{model._meta.app_label}_{model._meta.model_name}_tenant_key")
    yield UniqueConstraint(fields=[TENANT, model._meta.pk.name], name=name)


def tenant_references(field: Any, model: Any) -> Iterator[TenantReference]:
    """Return the foreign key behind a TenantForeignKey."""
    _tenant(model)
    name = shorten(f"{model._meta.app_label}_{model._meta.model_name}_{field.name}_tenant")
    yield TenantReference(name=name, field=field.name)


def _tenant(model: Any) -> Any:
    try:
        return model._meta.get_field(TENANT)
    except FieldDoesNotExist:
        raise ConfigurationError(
            f"{model._meta.label} has no field {TENANT!r}, which a TenantModel and the model of a "
            "TenantForeignKey have: a foreign key to the tenants."
        ) from None


attach_constraints(TenantModel, tenant_keys)
attach_field_constraints(TenantForeignKey, tenant_references)
