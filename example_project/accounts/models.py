"""Who uses the shop: users, their profiles and their roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, Group, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower, Now
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import audit, fields, models as patterns
from django_schemapatterns.constraints import Allow, Check, RowSecurity, UniqueAlive
from django_schemapatterns.context import current
from example_project.accounts.managers import UserManager
from example_project.database import DatabaseForeignKey

USERNAME_PATTERN = r"^[a-zA-Z0-9_]{3,50}$"


class UserStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    SUSPENDED = "suspended", _("suspended")
    PENDING_VERIFICATION = "pending_verification", _("pending verification")


def full_name() -> Lower:
    """The expression of the full-name index; a query has to use the very same one."""
    return Lower(Concat("first_name", Value(" "), "last_name"))


ALIVE = Q(deleted_at__isnull=True)


class User(
    patterns.DocumentedModel,
    patterns.AuditedModel,
    patterns.SoftDeleteModel,
    patterns.TimestampedModel,
    AbstractBaseUser,
    PermissionsMixin,
):
    """
    A customer or a member of staff; logs in with the user name.

    Who leaves is soft-deleted, with the profile: the orders stay and go on saying whose they were.
    """

    username = models.CharField(
        max_length=50,
        validators=[RegexValidator(USERNAME_PATTERN, _("Use 3 to 50 letters, digits and underscores."))],
        help_text=_("Log-in name: 3 to 50 letters, digits and underscores"),
    )
    email = fields.EmailAddressField(help_text=_("Address in lower case"))
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    phone = fields.PhoneNumberField(null=True, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    email_verified = models.BooleanField(
        default=False, db_default=False, help_text=_("Has opened the link from a message")
    )
    phone_verified = models.BooleanField(
        default=False, db_default=False, help_text=_("Has entered the code from a message")
    )
    status = fields.EnumField(
        UserStatus,
        default=UserStatus.ACTIVE,
        db_default=UserStatus.ACTIVE,
        help_text=_("Only an active user can log in"),
    )
    is_staff = models.BooleanField(
        _("staff status"), default=False, db_default=False, help_text=_("May enter the admin")
    )
    # Django's name in Python, because its log-in signal writes it; the schema's name in the database.
    last_login = models.DateTimeField(_("last login"), null=True, blank=True, db_column="last_login_at")
    roles: models.ManyToManyField[Role, UserRole] = models.ManyToManyField(
        "Role", through="UserRole", through_fields=("user", "role"), related_name="users", blank=True
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Audit:
        exclude = ["updated_at"]
        label = ["username"]

    class Meta:
        db_table = "users"
        db_table_comment = "Customers and staff"
        constraints = [
            # Who left may register again with the same address, ...
            UniqueAlive("email", name="users_email_alive"),
            # ... but nobody ever gets the name that somebody else was known and logged in by.
            models.UniqueConstraint(fields=["username"], name="users_username_unique"),
            Check(
                condition=Q(username__regex=USERNAME_PATTERN),
                name="users_username_format",
                violation_error_message=_("Use 3 to 50 letters, digits and underscores."),
            ),
            Check(
                condition=Q(first_name__regex=r"\S", last_name__regex=r"\S"),
                name="users_names_not_blank",
                violation_error_message=_("First and last name must not be blank."),
            ),
        ]
        indexes = [
            # Support looks people up by the name they give on the phone, in any case.
            models.Index(full_name(), condition=ALIVE, name="users_full_name_idx"),
            # The few who are not active are reviewed daily; the many active ones need no entry.
            models.Index(
                fields=["status"],
                condition=ALIVE & ~Q(status=UserStatus.ACTIVE),
                name="users_not_active_idx",
            ),
            # The admin lists the newest first.
            models.Index(fields=["-created_at"], condition=ALIVE, name="users_created_idx"),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)
        if User.deleted_objects.filter(username=self.username).exclude(pk=self.pk).exists():
            raise ValidationError({"username": self.unique_error_message(User, ("username",))})

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """What Django's authentication asks for; queries may filter on it, see `UserManager`."""
        return bool(self.status == UserStatus.ACTIVE)


class UserProfile(
    patterns.DocumentedModel, patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel
):
    """What users say about themselves; one row each, made when first needed."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="profile", db_constraint=False
    )
    avatar_url = models.URLField(max_length=500, blank=True, default="", db_default="")
    bio = models.TextField(blank=True, default="", db_default="")
    website = models.URLField(max_length=255, blank=True, default="", db_default="")
    location = models.CharField(max_length=255, blank=True, default="", db_default="")
    timezone = models.CharField(
        max_length=50, default="UTC", db_default="UTC", help_text=_("Of the tz database, as Europe/Berlin")
    )
    language = models.CharField(max_length=10, default="en", db_default="en", help_text=_("As en or pt-br"))
    notification_preferences = models.JSONField(
        default=dict, blank=True, db_default=Value({}, models.JSONField())
    )
    privacy_settings = models.JSONField(default=dict, blank=True, db_default=Value({}, models.JSONField()))
    tax_number = fields.EncryptedField(
        models.CharField(
            max_length=30, null=True, blank=True, help_text=_("For invoices to companies; encrypted")
        ),
        key="pii",
        bind="row",
        index=fields.BlindIndex(normalize="casefold"),
    )

    class Audit:
        exclude = ["updated_at"]

    class Meta:
        db_table = "user_profiles"
        constraints = [
            RowSecurity(
                Allow("own", when=Q(user=current.user_id), commands="select insert update"),
                bypass=["admin"],
                name="user_profiles_row_security",
            ),
            DatabaseForeignKey(field="user", on_delete="CASCADE", name="user_profiles_user_fk"),
        ]
        indexes = [
            # Campaigns ask "who wants this newsletter" by containment.
            GinIndex(
                fields=["notification_preferences"],
                name="user_profiles_notify_idx",
                opclasses=["jsonb_path_ops"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Role(patterns.DocumentedModel, patterns.AuditedModel):
    """A named bundle of shop permissions."""

    name = models.CharField(max_length=50)
    description = models.TextField(blank=True, default="", db_default="")
    permissions = models.JSONField(default=list, blank=True, help_text=_("List of permission names"))
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Audit:
        label = ["name"]

    class Meta:
        db_table = "roles"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="roles_name_unique")]

    def __str__(self) -> str:
        return self.name


class UserRole(patterns.DocumentedModel, patterns.AuditedModel):
    """
    That a user holds a role, since when and by whose hand.

    A soft-deleted user keeps the roles, which mean nothing until a restore; a hard delete takes them along,
    by the database's own foreign key.
    """

    pk = models.CompositePrimaryKey("user_id", "role_id")
    user = models.ForeignKey(
        User, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="user_roles"
    )
    role = models.ForeignKey(
        Role, models.CASCADE, db_index=False, db_constraint=False, related_name="user_roles"
    )
    assigned_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    assigned_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, db_index=False, related_name="roles_given"
    )

    class Meta:
        db_table = "user_roles"
        constraints = [
            DatabaseForeignKey(field="user", on_delete="CASCADE", name="user_roles_user_fk"),
            DatabaseForeignKey(field="role", on_delete="CASCADE", name="user_roles_role_fk"),
        ]
        indexes = [
            # The primary key starts with the user; this one answers "who holds this role".
            models.Index(fields=["role"], name="user_roles_role_idx"),
            # Deleting a user has to find the roles that user gave.
            models.Index(
                fields=["assigned_by"],
                condition=Q(assigned_by__isnull=False),
                name="user_roles_assigned_by_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


# Who may do what is as sensitive as the data itself: the permissions of groups, and who is in which.
audit.register(Group, label=["name"])
audit.register(Group.permissions.through)
audit.register(User.groups.through)
audit.register(User.user_permissions.through)
