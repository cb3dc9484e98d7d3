from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager
from django.db.models import Q

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from example_project.accounts.models import User


class UserManager(BaseUserManager["User"]):
    """Creates users, and lets queries filter on `is_active`, which is derived from the status."""

    def get_queryset(self) -> QuerySet[User]:
        # Django's own code filters on is_active (with_perm, password reset); an alias costs nothing unused.
        return super().get_queryset().alias(is_active=Q(status="active"))  # type: ignore[no-redef]

    def create_user(self, username: str, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password: str | None = None, **fields: Any) -> User:
        names = {"first_name": "Site", "last_name": "Administrator"}
        return self.create_user(username, email, password, **names | fields, is_staff=True, is_superuser=True)
