"""Constraints for `Meta.constraints`."""

from django_schemapatterns.softdelete.constraints import ExcludeAlive, UniqueAlive
from django_schemapatterns.softdelete.views import SoftDeleteView

__all__ = ["ExcludeAlive", "SoftDeleteView", "UniqueAlive"]
