from __future__ import annotations

from tests.audit.conftest import forgotten_models

__all__ = ["forgotten_models"]
