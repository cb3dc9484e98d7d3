"""People the shop writes to without an account."""

from __future__ import annotations

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import models as patterns
from example_project.accounts.models import EMAIL_PATTERN

PHONE_PATTERN = r"^\+?[0-9 ()-]{10,20}$"


class Contact(patterns.AuditedModel):
    """An address, a telephone number and what the person owes."""

    email = models.EmailField(max_length=255)
    phone = models.CharField(
        max_length=21,
        validators=[RegexValidator(PHONE_PATTERN, _("Enter 10 to 20 digits, as in +49 30 1234567."))],
    )
    balance = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, db_default=0, validators=[MinValueValidator(0)]
    )

    class Audit:
        label = ["email"]

    class Meta:
        db_table = "contacts"
        db_table_comment = "People without an account"
        constraints = [
            models.CheckConstraint(
                condition=Q(email__regex=EMAIL_PATTERN),
                name="contacts_email_format",
                violation_error_message=_("Enter a valid email address."),
            ),
            models.CheckConstraint(
                condition=Q(phone__regex=PHONE_PATTERN),
                name="contacts_phone_format",
                violation_error_message=_("Enter 10 to 20 digits, as in +49 30 1234567."),
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0),
                name="contacts_balance_not_negative",
                violation_error_message=_("The balance must not be negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.email
