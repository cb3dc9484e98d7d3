"""Who is who in these tests."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.rowsecurity.app.models import Document, Membership, Page, Person, Secret, Team, Tenant

TABLES = [
    "rowtests_tenant",
    "rowtests_person",
    "rowtests_document",
    "rowtests_document_readers",
    "rowtests_page",
    "rowtests_remark",
    "rowtests_team",
    "rowtests_membership",
    "rowtests_secret",
]
HOLDER = UUID("9b2b4bfe-4d0a-4a0e-8f0c-0f64a4a6a4f1")


@dataclass
class World:
    """
    North has Ann's private and public documents, and one of Bob's; South has one of Ann's and one of Cid's.

    Ann leads the red team, Bob is in it; Cid is in the blue one.
    """

    north: Tenant
    south: Tenant
    ann: Person
    bob: Person
    cid: Person
    red: Team
    blue: Team

    @classmethod
    def made(cls) -> World:
        north, south = (Tenant.objects.create(name=name) for name in ("north", "south"))
        ann, bob, cid = (Person.objects.create(name=name) for name in ("Ann", "Bob", "Cid"))
        for tenant, owner, title, is_public in (
            (north, ann, "north ann", False),
            (north, ann, "north ann public", True),
            (north, bob, "north bob", False),
            (south, ann, "south ann", False),
            (south, cid, "south cid public", True),
        ):
            document = Document.objects.create(tenant=tenant, owner=owner, title=title, is_public=is_public)
            Page.objects.create(document=document, text=title)
        red, blue = (Team.objects.create(name=name) for name in ("red", "blue"))
        Membership.objects.create(team=red, person=ann, leads=True)
        Membership.objects.create(team=red, person=bob)
        Membership.objects.create(team=blue, person=cid)
        Secret.objects.create(holder=HOLDER, level=5)
        Secret.objects.create(holder=UUID(int=1), level=1)
        return cls(north, south, ann, bob, cid, red, blue)
