"""Which models have row security: those that declare it, and those of others that you have registered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django_schemapatterns import conf
from django_schemapatterns.context import protect_reads
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.declared import app_of

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity


class Registered(NamedTuple):
    """What `protect()` was told: by which app, of which model, what."""

    app_label: str
    label: str
    declaration: RowSecurity


_exempted: dict[str, str] = {}
_registered: dict[str, Registered] = {}


def row_security_of(model: type[Model]) -> RowSecurity | None:
    """Return the declaration of a model, None where it has none."""
    from django_schemapatterns.rowsecurity.constraints import RowSecurity

    options: Any = model._meta
    own = next((each for each in options.constraints if isinstance(each, RowSecurity)), None)
    given = _registered.get(options.label_lower)
    return own or (given.declaration if given else None)


def registered() -> Iterator[Registered]:
    """Return what `protect()` was told."""
    yield from _registered.values()


def protect(model: type[Model], declaration: RowSecurity, *, app_label: str | None = None) -> None:
    """
    Declare the row security of a model that is not yours, or of the links of a ManyToManyField.

        rowsecurity.protect(Document.readers.through, RowSecurity(Allow(...)))

    In models.py of one of your apps: its migrations make the policies, as those of the model's app are not
    yours to write. app_label: the app; by default the one that the call stands in.
    """
    home = app_label or app_of(sys._getframe(1).f_globals["__name__"])
    _registered[model._meta.label_lower] = Registered(home, model._meta.label, declaration)
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
