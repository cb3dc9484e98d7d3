"""A database that believes none but signed contexts, for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test.utils import override_settings

from django_schemapatterns.rowsecurity import signed_context


@contextmanager
def signed_contexts() -> Iterator[None]:
    keys = {"CONTEXT_KEYS": {"benchmark": bytes(range(32))}}
    with override_settings(SCHEMAPATTERNS={**settings.SCHEMAPATTERNS, **keys}):
        signed_context.require()
        try:
            yield
        finally:
            signed_context.believe()
