"""The errors that are ours; each is also the Django error that a caller would expect."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db.transaction import TransactionManagementError


class SchemaPatternsError(Exception):
    """The base of them all: `except SchemaPatternsError` catches whatever this library raises by itself."""


class ConfigurationError(SchemaPatternsError, ImproperlyConfigured):
    """A setting or a declaration is wrong; the message names it and says what it may be."""


class TransactionRequired(SchemaPatternsError, TransactionManagementError):  # noqa: N818 - reads as what is missing
    """The call makes sense only inside an open transaction."""
