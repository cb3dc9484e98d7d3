"""What a database has beside tables and columns, for `register`."""

from django_schemapatterns.schema.declared import register
from django_schemapatterns.schema.domains import Domain
from django_schemapatterns.schema.routines import Function
from django_schemapatterns.schema.views import View

__all__ = ["Domain", "Function", "View", "register"]
