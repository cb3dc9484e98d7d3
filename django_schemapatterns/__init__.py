"""The patterns of a serious PostgreSQL schema, as Django models."""

from __future__ import annotations

__version__ = "0.1.0"
