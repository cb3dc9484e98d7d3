"""Foreign keys within a tenant."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.constraints import TenantReference
from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import TenantForeignKey
from tests.rowsecurity.app.models import Document, Remark
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.world import World
from tests.schema.story import Story, found, state_of


def document(title: str) -> Document:
    return Document.objects.get(title=title)


def test_a_row_points_at_rows_of_its_tenant_only(world: World, web: str) -> None:
    with acting_as(world.ann, tenant=world.north):
        own = Remark.objects.using(web).create(
            document=document("north bob"), text="hidden, but of the tenant"
        )
        refusals = []
        for key in (document("south ann").pk, document("south cid public").pk, 4711):
            with pytest.raises(IntegrityError) as refused, transaction.atomic(web):
                Remark.objects.using(web).create(document_id=key, text="over the wall")
            refusals.append(str(refused.value).replace(str(key), "…"))
        assert Remark.objects.using(web).create(document=None).tenant_id == world.north.pk
    assert own.pk
    assert len({*refusals}) == 1


def test_a_row_that_is_pointed_at_does_not_move_to_another_tenant(world: World) -> None:
    Remark.objects.create(tenant=world.north, document=document("north ann"))

    with pytest.raises(IntegrityError):
        ask(
            "default",
            "UPDATE rowtests_document SET tenant_id = %s WHERE title = 'north ann'",
            [world.south.pk],
        )


def test_validation_says_so_at_the_field(world: World) -> None:
    Remark(tenant=world.north, document=document("north ann"), text="x").full_clean()
    with pytest.raises(ValidationError) as refused:
        Remark(tenant=world.north, document=document("south ann"), text="x").full_clean()
    assert list(refused.value.message_dict) == ["document"]


def declare(name: str, *bases: Any, **members: Any) -> Any:
    body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"}), **members}
    return lambda: type(name, bases, dict(body))


@pytest.mark.django_db
def test_migrations_make_and_drop_it() -> None:
    ours = declare("Desk", patterns.TenantModel, tenant=models.BigIntegerField())

    def link() -> Any:
        return TenantForeignKey("testapp.Desk", models.CASCADE)

    plain = declare("Drawer", models.Model, tenant=models.BigIntegerField())
    story = Story(ours, plain)

    story.becomes(ours, declare("Drawer", models.Model, tenant=models.BigIntegerField(), desk=link()))

    ask("default", "INSERT INTO testapp_desk (id, tenant) VALUES (1, 7)")
    ask(
        "default", "INSERT INTO testapp_drawer (tenant, desk_id) VALUES (7, 1); SET CONSTRAINTS ALL IMMEDIATE"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ask("default", "INSERT INTO testapp_drawer VALUES (DEFAULT, 8, 1); SET CONSTRAINTS ALL IMMEDIATE")
    assert (
        found(
            story.state,
            state_of(ours, declare("Drawer", models.Model, tenant=models.BigIntegerField(), desk=link())),
        )
        == []
    )
    story.undo()
    assert (
        ask(
            "default",
            "SELECT conname FROM pg_constraint WHERE conrelid = 'testapp_drawer'::regclass AND contype = 'f'",
        )
        == []
    )


@isolate_apps("tests.testapp")
def test_without_a_tenant_it_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no field 'tenant'"):
        declare("Bare", patterns.TenantModel)()
    with pytest.raises(ConfigurationError, match="NULL"):
        declare("Loose", patterns.TenantModel, tenant=models.BigIntegerField(null=True))()
    assert TenantReference(name="a", field="b") == TenantReference(name="a", field="b")
