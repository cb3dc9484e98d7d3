"""What the migrations of this pattern install."""

from __future__ import annotations

from typing import Final

from django_schemapatterns.schema.functions import declare

FILES: Final = ["encryption_key.v1"]

declare("encryption", FILES)
