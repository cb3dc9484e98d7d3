"""What the admin can do to rows: soft-delete, restore, and delete them for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import CHANGE, DELETION
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.softdelete.admin import plans

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.admin.plans import Plan


@dataclass(frozen=True)
class Verb:
    """
    One of them: the permission it needs, the rows it is about, the words for it.

    action: the name in the menu of the list.  note: what the admin's own history says.
    """

    permission: str
    action: str
    plan: Callable[[Any], Plan]
    rows: Callable[[Any], Any]
    flag: int
    note: str
    description: Any
    title: Any
    question: Any
    confirm: Any
    done: Any
    refused: Any

    @property
    def url(self) -> str:
        return self.permission.replace("_", "-")


DELETE = Verb(
    permission="delete",
    action="delete_selected",
    plan=plans.soft_delete,
    rows=lambda rows: rows.alive(),
    flag=DELETION,
    note="",
    description=_("Delete selected %(verbose_name_plural)s"),
    title=_("Delete %(rows)s?"),
    question=_("These rows disappear, and can be restored just as they are:"),
    confirm=_("Yes, delete"),
    done=_("Deleted %(rows)s."),
    refused=_("Cannot delete %(rows)s"),
)
RESTORE = Verb(
    permission="restore",
    action="restore_selected",
    plan=plans.restore,
    rows=lambda rows: rows.deleted(),
    flag=CHANGE,
    note="Restored.",
    description=_("Restore selected %(verbose_name_plural)s"),
    title=_("Restore %(rows)s?"),
    question=_("These rows come back just as they were:"),
    confirm=_("Yes, restore"),
    done=_("Restored %(rows)s."),
    refused=_("Cannot restore %(rows)s"),
)
HARD_DELETE = Verb(
    permission="hard_delete",
    action="hard_delete_selected",
    plan=plans.hard_delete,
    rows=lambda rows: rows,
    flag=DELETION,
    note="Deleted for good.",
    description=_("Delete selected %(verbose_name_plural)s for good"),
    title=_("Delete %(rows)s for good?"),
    question=_("These rows are removed from the database. Nobody can bring them back:"),
    confirm=_("Yes, delete for good"),
    done=_("Deleted %(rows)s for good."),
    refused=_("Cannot delete %(rows)s for good"),
)
VERBS = (DELETE, RESTORE, HARD_DELETE)
