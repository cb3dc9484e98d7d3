"""Tables with row security: of owners, of tenants, of teams, by a claim, and what hangs from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from django_schemapatterns import models as patterns, rowsecurity
from django_schemapatterns.constraints import Allow, RowSecurity, Wall
from django_schemapatterns.context import current
from django_schemapatterns.fields import TenantForeignKey


class Tenant(models.Model):
    name = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    name = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class Document(patterns.TenantModel):
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_default=current.tenant_id)
    owner = models.ForeignKey(Person, models.CASCADE)
    title = models.CharField(max_length=50)
    is_public = models.BooleanField(default=False)
    readers: models.ManyToManyField[Person, Any] = models.ManyToManyField(Person, related_name="readable")

    objects: ClassVar[models.Manager[Document]] = models.Manager()

    class Meta:
        constraints = [
            RowSecurity(
                Allow("own", when=Q(owner=current.user_id), commands="all"),
                Allow("public", when=Q(is_public=True)),
                wall=Wall(tenant=current.tenant_id),
                bypass=["admin"],
            )
        ]

    def __str__(self) -> str:
        return self.title


class Page(models.Model):
    """Whoever sees the document sees its pages; its owner writes them."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="pages")
    text = models.TextField()

    objects: ClassVar[models.Manager[Page]] = models.Manager()

    class Meta:
        constraints = [
            RowSecurity(
                Allow("own", when=Q(document__owner=current.user_id), commands="all"),
                Allow("public", when=Q(document__is_public=True)),
                bypass=["admin"],
            )
        ]

    def __str__(self) -> str:
        return self.text


class Remark(patterns.TenantModel):
    """What is said about a document, within its tenant."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, db_default=current.tenant_id)
    document = TenantForeignKey(Document, models.CASCADE, null=True, related_name="remarks")
    text = models.TextField(default="")

    objects: ClassVar[models.Manager[Remark]] = models.Manager()

    class Meta:
        constraints = [
            RowSecurity(
                Allow("all", when=Q(tenant=current.tenant_id), commands="all"),
                wall=Wall(tenant=current.tenant_id),
            )
        ]

    def __str__(self) -> str:
        return self.text


class Team(models.Model):
    name = models.CharField(max_length=20)
    members: models.ManyToManyField[Person, Any] = models.ManyToManyField(
        Person, through="Membership", related_name="teams"
    )

    objects: ClassVar[models.Manager[Team]] = models.Manager()

    class Meta:
        constraints = [
            RowSecurity(
                Allow("member", when=Q(members=current.user_id)),
                Allow(
                    "leader",
                    when=Q(memberships__person=current.user_id, memberships__leads=True),
                    commands="update",
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE)
    leads = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"


class Secret(models.Model):
    """Shown by a claim, to whoever acts; to read it while nobody does is an error."""

    holder = models.UUIDField(db_index=True)
    level = models.IntegerField(db_index=True)

    objects: ClassVar[models.Manager[Secret]] = models.Manager()

    class Meta:
        constraints = [
            RowSecurity(
                Allow("held", when=Q(holder=current.user_id), commands="select insert"),
                Allow("cleared", when=Q(level__lte=current.claim("clearance", models.IntegerField()))),
                missing="raise",
            )
        ]

    def __str__(self) -> str:
        return str(self.level)


rowsecurity.unprotected(Membership, reason="who is in which team is no secret, and kept by the office")
