"""What one may be allowed to do to the rows of a soft-delete model, beside Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model


def permissions(model: type[Model]) -> list[tuple[str, str]]:
    """
    Return codename and name of the permissions `restore_<model>` and `hard_delete_<model>`.

    Soft deletes need Django's `delete_<model>`.
    """
    name, words = model._meta.model_name, model._meta.verbose_name_raw
    return [
        (f"restore_{name}", f"Can restore {words}"),
        (f"hard_delete_{name}", f"Can delete {words} for good"),
    ]
