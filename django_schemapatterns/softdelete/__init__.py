"""
Soft delete: rows that disappear and can come back, kept by the database.

    from django_schemapatterns.softdelete import alive

    Product.objects.annotate(colors=Count("variants", filter=alive("variants")))
"""

from __future__ import annotations

from django.db.models import Q

__all__ = ["alive"]


def alive(*paths: str) -> Q:
    """
    Return the condition that there is a related row that is alive: joins know nothing of managers.

        Product.objects.filter(alive("variants"), variants__color="red")
        Product.objects.filter(alive("shop", "shop__owner"))
        Shop.objects.annotate(number=Count("products", filter=alive("products")))

    paths: to models that are soft-deleted; without any, the condition is about the row itself.
    """
    condition = Q() if paths else Q(deleted_at__isnull=True)
    for path in paths:
        condition &= Q(**{f"{path}__isnull": False, f"{path}__deleted_at__isnull": True})
    return condition
