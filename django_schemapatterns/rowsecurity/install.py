"""The functions of row security in the database, and the tables that the context has to be told for."""

from __future__ import annotations

from django.apps import apps

from django_schemapatterns.context import protect_reads
from django_schemapatterns.rowsecurity.protections import protections
from django_schemapatterns.rowsecurity.registry import row_security_of
from django_schemapatterns.schema.free import declare_by
from django_schemapatterns.schema.functions import declare

declare("rowsecurity", ["current_user_id.v1", "current_tenant_id.v1", "claim.v1", "protect_partitions.v1"])
declare_by(protections)


def tell_reads() -> None:
    """Let the context be told to whatever reads a table with row security."""
    models = apps.get_models(include_auto_created=True)
    protect_reads(model._meta.db_table for model in models if row_security_of(model))
