"""Middleware: who acts during a request, and what people read when the database refuses what they sent."""

from __future__ import annotations

from django_schemapatterns.context.middleware import ActorMiddleware as _ActorMiddleware
from django_schemapatterns.schema.errors.requests import DatabaseErrorsMiddleware


class ActorMiddleware(DatabaseErrorsMiddleware, _ActorMiddleware):
    """
    Let the user of a request act in all that it writes, in views of either kind and while a response streams.

        MIDDLEWARE = [
            ...,
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django_schemapatterns.middleware.ActorMiddleware",
        ]

    In the admin, a page that the database refuses to save is shown again with the error at its field.
    """


__all__ = ["ActorMiddleware"]
