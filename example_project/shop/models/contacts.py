"""People the shop writes to without an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from django_schemapatterns import fields, models as patterns


class Contact(patterns.DocumentedModel, patterns.AuditedModel):
    """An address, a telephone number and what the person owes."""

    email = fields.EmailAddressField()
    phone = fields.PhoneNumberField()
    balance = fields.PositiveDecimalField(
        max_digits=12, default=0, db_default=0, help_text=_("What the person owes")
    )

    class Audit:
        label = ["email"]

    class Meta:
        db_table = "contacts"

    def __str__(self) -> str:
        return str(self.email)
