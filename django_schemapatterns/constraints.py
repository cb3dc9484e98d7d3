"""Constraints for `Meta.constraints`."""

from django_schemapatterns.softdelete.constraints import ExcludeAlive, UniqueAlive

__all__ = ["ExcludeAlive", "UniqueAlive"]
