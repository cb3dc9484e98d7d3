"""Deleting for good what was soft-deleted long ago, a chunk at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.models import DO_NOTHING, Exists, OuterRef, Q
from psycopg import errors

from django_schemapatterns.schema.names import quote
from django_schemapatterns.softdelete.relations import BATCH, MARK, Reference, marked_model, references_to

if TYPE_CHECKING:
    from django.db.models import Model

CHUNK: Final = 1000
PATIENCE: Final = "5s"
RETRIES: Final = 3
BUSY: Final = (errors.LockNotAvailable, errors.DeadlockDetected)

_REFUSING = """
SELECT EXISTS (
    SELECT FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE conrelid = to_regclass(%s) AND attname = %s AND contype = 'f' AND confdeltype IN ('a', 'r')
)
"""


@dataclass(frozen=True)
class Step:
    """
    What is to be done about the rows of one model.

    purge: rows to delete.  needed_by: rows that stay, by what still points at them.
    """

    model: type[Model]
    purge: int
    kept: int
    needed_by: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        label = self.model._meta.label
        return {"model": label, "purge": self.purge, "kept": self.kept, "needed_by": self.needed_by}


@dataclass
class Outcome:
    """What was done: rows by model, those that went along included; rows refused; rows that remain."""

    purged: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: dict[str, str] = field(default_factory=dict)
    remaining: int = 0

    @property
    def complete(self) -> bool:
        return not (self.refused or self.remaining)

    def as_json(self) -> dict[str, Any]:
        return {"purged": dict(self.purged), "refused": self.refused, "remaining": self.remaining}


@dataclass
class Purge:
    """
    Deletes the chosen rows for good, those that depend on others first, and commits after each chunk.

        Purge(before=now() - timedelta(days=90)).run()

    models: which; all when none is given.  before: those deleted earlier.  batch: those of one deletion.
    limit: of rows.  Rows that others still need stay.
    """

    models: Iterable[type[Model]] = ()
    before: datetime | None = None
    batch: UUID | None = None
    limit: int | None = None
    using: str = "default"
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        chosen = set(self.models)
        self.models = [each for each in children_first() if not chosen or each in chosen]
        self.left = self.limit
        self.tried: dict[type[Model], list[Any]] = defaultdict(list)

    def plan(self) -> list[Step]:
        """Return what there is to do, which changes nothing."""
        steps = []
        for model in self.models:
            rows = self.rows(model)
            total = rows.count()
            if not total:
                continue
            needed = {name: rows.filter(condition).count() for name, condition in self.needs(model)}
            purge = self.free(model).count()
            needed_by = {name: number for name, number in needed.items() if number}
            steps.append(Step(model, purge, total - purge, needed_by))
        return steps

    def run(self, tell: Callable[[type[Model], int], object] = lambda model, rows: None) -> Outcome:
        """Do it; tell is called after each chunk with the model and the number of its rows that are gone."""
        for model in self.models:
            while self.left is None or self.left > 0:
                size = CHUNK if self.left is None else min(CHUNK, self.left)
                gone, seen = self._patiently(model, size)
                tell(model, gone)
                if not seen:
                    break
                if self.left is not None:
                    self.left -= gone
        self.outcome.remaining = sum(self._open(model).count() for model in self.models)
        return self.outcome

    def rows(self, model: type[Model]) -> Any:
        """Return the deleted rows that were asked for."""
        rows = model.all_objects.using(self.using).deleted()  # type: ignore[attr-defined]
        if self.before is not None:
            rows = rows.filter(**{f"{MARK}__lt": self.before})
        return rows.filter(**{BATCH: self.batch}) if self.batch else rows

    def free(self, model: type[Model]) -> Any:
        """Return those of them that nothing needs."""
        rows = self.rows(model)
        for _, condition in self.needs(model):
            rows = rows.exclude(condition)
        return rows

    def needs(self, model: type[Model]) -> list[tuple[str, Any]]:
        """Return why rows of a model may have to stay: names of foreign keys and conditions."""
        return list(self._needs(model, ()))

    def _needs(self, model: type[Model], above: tuple[type[Model], ...]) -> Iterator[tuple[str, Any]]:
        if model in above:
            return  # a circle: the database has the last word
        for reference in references_to(model):
            pointing = _pointing(reference, self.using)
            name = f"{reference.child._meta.label}.{reference.field.name}"
            if reference.rule == "protect" or self._refused_by_database(reference):
                yield name, Exists(pointing)
            elif reference.rule == "cascade":
                needs = [each for _, each in self._needs(reference.child, (*above, model))]
                if needs:
                    # What would go along has to stay.
                    yield name, Exists(pointing.filter(Q(*needs, _connector=Q.OR)))

    def _refused_by_database(self, reference: Reference) -> bool:
        return reference.field.remote_field.on_delete is DO_NOTHING and reference in self._refusing

    @cached_property
    def _refusing(self) -> set[Reference]:
        kept = [each for model in children_first() for each in references_to(model) if each.rule == "keep"]
        with connections[self.using].cursor() as cursor:

            def refuses(reference: Reference) -> bool:
                cursor.execute(_REFUSING, [quote(reference.child._meta.db_table), reference.column])
                return bool(cursor.fetchone()[0])

            return {each for each in kept if refuses(each)}

    def _open(self, model: type[Model]) -> Any:
        return self.free(model).exclude(pk__in=self.tried[model])

    def _patiently(self, model: type[Model], size: int) -> tuple[int, int]:
        for attempt in range(RETRIES):
            try:
                return self._chunk(model, size)
            except OperationalError as error:
                if not isinstance(error.__cause__, BUSY) or attempt == RETRIES - 1:
                    raise
        raise AssertionError

    def _chunk(self, model: type[Model], size: int) -> tuple[int, int]:
        """Delete the oldest rows in a transaction; return how many, and how many were looked at."""
        with transaction.atomic(using=self.using):
            with connections[self.using].cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            chosen = self._open(model).order_by(MARK).select_for_update(skip_locked=True, of=("self",))
            keys = list(chosen.values_list("pk", flat=True)[:size])
            return self._delete(model, keys), len(keys)

    def _delete(self, model: type[Model], keys: list[Any]) -> int:
        if not keys:
            return 0
        try:
            with transaction.atomic(using=self.using):
                rows = model.all_objects.using(self.using).filter(pk__in=keys)  # type: ignore[attr-defined]
                _, counts = rows.hard_delete()
                connections[self.using].check_constraints()
        except IntegrityError as error:
            if len(keys) == 1:
                self.tried[model].append(keys[0])
                self.outcome.refused[f"{model._meta.label} {keys[0]}"] = str(error)
                return 0
            half = len(keys) // 2
            return self._delete(model, keys[:half]) + self._delete(model, keys[half:])
        for label, number in counts.items():
            self.outcome.purged[label] += number
        return len(keys)


def children_first() -> list[type[Model]]:
    """Return the models whose tables have marks, each before those that it points at."""
    roots = [each for each in apps.get_models() if not each._meta.proxy and marked_model(each) is each]
    found: dict[type[Model], None] = {}

    def visit(model: type[Model], above: tuple[type[Model], ...]) -> None:
        for reference in references_to(model):
            child = marked_model(reference.child)
            if child is not None and child not in found and child not in above:
                visit(child, (*above, model))
        found[model] = None

    for root in roots:
        if root not in found:
            visit(root, (root,))
    return list(found)


def _pointing(reference: Reference, using: str) -> Any:
    target = reference.field.target_field
    key = "pk" if target.primary_key else target.name
    rows = reference.child._base_manager.using(using)
    return rows.filter(**{reference.field.name: OuterRef(key)})
