"""Django's front door for middleware: a re-export."""

from __future__ import annotations

from django_schemapatterns.context.middleware import ActorMiddleware

__all__ = ["ActorMiddleware"]
