"""Values that the database never sees: keys, and what the field does not do by itself."""

from django_schemapatterns.conf_keys import generate_key
from django_schemapatterns.encryption.writing import bulk_update, seal

__all__ = ["bulk_update", "generate_key", "seal"]
