"""The audit log says soft delete and restore, though it knows nothing of them."""

from __future__ import annotations

import pytest

from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from tests.softdelete.app.models import Product, Shop
from tests.softdelete.tools import execute

pytestmark = pytest.mark.django_db


def test_an_entry_says_soft_delete_and_restore_with_the_batch() -> None:
    shop = Shop.objects.create()
    product = Product.objects.create(shop=shop)
    with acting_as(user=7, reason="closed"):
        shop.delete()
    batch = str(shop.deletion_id)
    shop.restore()

    made, deleted, restored = AuditLog.objects.for_object(product)

    assert (made.event, made.get_operation_display()) == (None, "created")
    assert deleted.event is not None
    assert (deleted.event.name, deleted.event.batch, deleted.user_id) == ("soft_delete", batch, "7")
    assert str(deleted).endswith("soft-deleted")
    assert restored.event is not None
    assert (restored.event.name, restored.event.batch) == ("restore", batch)
    assert restored.get_operation_display() == "restored"
    assert list(AuditLog.objects.for_object(product).changed("deleted_at")) == [deleted, restored]


def test_a_raw_delete_is_an_entry_of_the_same_kind() -> None:
    Product.objects.create()
    execute("DELETE FROM softtests_product")

    entry = AuditLog.objects.for_model(Product).last()

    assert entry is not None
    assert entry.event is not None
    assert entry.event.name == "soft_delete"


def test_other_updates_and_hard_deletes_are_what_they_were() -> None:
    product = Product.objects.create()
    Product.objects.update(name="new")
    product.hard_delete()

    entries = AuditLog.objects.for_model(Product)

    assert [entry.get_operation_display() for entry in entries] == ["created", "changed", "deleted"]
