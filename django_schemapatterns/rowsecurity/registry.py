"""Which models have row security: those that declare it, and those of others that you have registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns import conf
from django_schemapatterns.context import protect_reads
from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity

_exempted: dict[str, str] = {}
_registered: dict[str, RowSecurity] = {}


def row_security_of(model: type[Model]) -> RowSecurity | None:
    """Return the declaration of a model, None where it has none."""
    from django_schemapatterns.rowsecurity.constraints import RowSecurity

    options: Any = model._meta
    own = next((each for each in options.constraints if isinstance(each, RowSecurity)), None)
    return own or _registered.get(options.label_lower)


def protect(model: type[Model], declaration: RowSecurity) -> None:
    """
    Declare the row security of a model that is not yours, or of the links of a ManyToManyField.

        rowsecurity.protect(Document.readers.through, RowSecurity(Allow(...)))

    Its reads are told who acts, and checks compare it with the database. A migration of yours has to run
    ProtectModel, as those of the model's app are not yours to write.
    """
    _registered[model._meta.label_lower] = declaration
    protect_reads([model._meta.db_table])


def unprotected(model: type[Model], *, reason: str) -> None:
    """
    Say that everybody may see all rows of a model of an app in SCHEMAPATTERNS["PROTECTED_APPS"].

        rowsecurity.unprotected(Category, reason="the catalog is public")

    reason: for whoever reviews it later.
    """
    if not reason.strip():
        raise ConfigurationError(f"unprotected({model._meta.label}): say for what reason.")
    _exempted[model._meta.label_lower] = reason


def exempted(model: type[Model]) -> bool:
    """Return whether a model needs no declaration."""
    return model._meta.label_lower in _exempted


def must_declare(app_label: str) -> bool:
    """Return whether every model of an app must have a declaration."""
    return app_label in conf.get().protected_apps
