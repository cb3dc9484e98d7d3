from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import Q

from django_schemapatterns.softdelete.querysets import SoftDeleteManager

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from example_project.accounts.models import User

    _SoftDeleteManager = SoftDeleteManager["User"]
else:
    _SoftDeleteManager = SoftDeleteManager


class UserManager(DjangoUserManager["User"], _SoftDeleteManager):
    """
    Django's own, of the users that are not deleted, with an `is_active` that is derived from their status.

    Being the default manager, it keeps the deleted from logging in, and ends the sessions that they have.
    """

    use_in_migrations = False

    def get_queryset(self) -> QuerySet[User]:
        # Django's own code filters on is_active (with_perm, password reset); an alias costs nothing unused.
        users: QuerySet[User] = super().get_queryset().alias(is_active=Q(status="active"))
        return users

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return super().normalize_email(email).lower()

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        names = {"first_name": "Site", "last_name": "Administrator"}
        return super().create_superuser(username, email, password, **names | fields)
