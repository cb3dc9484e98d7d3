"""The old table becomes the partition of the past, and none of its rows is copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import marks
from django_schemapatterns.partitions.bounds import bound_literal, next_start, start_of
from django_schemapatterns.partitions.conversion import BOUNDS, Conversion
from django_schemapatterns.partitions.inventory import Inventory, next_values
from django_schemapatterns.schema.names import literal, quote

# History ends with the period after this time: nothing may be written beyond it while its end is proven.
MARGIN: Final = timedelta(hours=12)


@dataclass(kw_only=True)
class Attaching(Conversion):
    """Prove the old table's bounds and build its key while others write; then change places in a moment."""

    def refusals(self, found: Inventory) -> Iterator[str]:
        yield from super().refusals(found)
        if self.options.every is None:
            yield 'A list or a hash has no past to attach. Say strategy="copy".'

    def convert(self, found: Inventory) -> None:
        end = self._end_of_history()
        bound = bound_literal(end, self.key_type)
        index = self._prepare(found, bound)
        self.locked(lambda: self._swap(self.look(), bound, index, end))

    def _end_of_history(self) -> datetime:
        """Return where the period ends that the newest row, and the nearest future, are in."""
        every, soon = self.options.every or "month", self.now + MARGIN
        return next_start(every, start_of(every, max(soon, self.moment("DESC") or soon)))

    def _prepare(self, found: Inventory, bound: str) -> str | None:
        """Prove the bounds of the history and build its key, while the table is in use."""
        here, by = quote(self.table), quote(self.options.by)
        self.progress("prove the bounds of the history")
        rule = f"CHECK ({by} IS NOT NULL AND {by} < {bound})"
        bounds = f"ALTER TABLE {here} ADD CONSTRAINT {BOUNDS} {rule} NOT VALID"
        self.retried(lambda: self.say([bounds]))
        try:
            self.say([f"ALTER TABLE {here} VALIDATE CONSTRAINT {BOUNDS}"])
        except IntegrityError as error:
            raise ConfigurationError(
                f"{self.table} has rows whose {self.options.by} is null, or is not before {bound}: they came "
                "meanwhile, or a policy hides them from you. Run it again, or as a role with BYPASSRLS."
            ) from error
        if found.primary and list(found.primary.columns or ()) == self.key:
            return None
        self.progress("build the primary key of the history")
        columns = ", ".join(map(quote, self.key))
        name = quote(self.index)
        self.say([f"CREATE UNIQUE INDEX {self.concurrently}{name} ON {here} ({columns})"])
        return self.index

    def _swap(self, found: Inventory, bound: str, index: str | None, end: datetime) -> None:
        self.progress("put the partitioned table into its place")
        # Not among those that the new table gets: it becomes its primary key's part in the history.
        kept = replace(found, indexes=tuple(each for each in found.indexes if each.name != index))
        rebuild = self.rebuild(kept)
        values = next_values(self.editor.connection, kept)
        self.say(rebuild.move_away())
        self.say(rebuild.create(values))
        self.say([f"ALTER TABLE {rebuild.here} DROP CONSTRAINT {BOUNDS}"])
        if index:
            old = quote(rebuild.renamed(kept.primary.name)) if kept.primary else ""
            added = f"ADD CONSTRAINT {quote(index)} PRIMARY KEY USING INDEX {quote(index)}"
            self.say([f"ALTER TABLE {rebuild.there} DROP CONSTRAINT {old}, {added}"])
        self.say(rebuild.constrain())
        bounds = f"FOR VALUES FROM (MINVALUE) TO ({bound})"
        self.say(
            [
                f"ALTER TABLE {rebuild.here} ATTACH PARTITION {rebuild.there} {bounds}",
                f"ALTER TABLE {rebuild.there} DROP CONSTRAINT {BOUNDS}",
                f"COMMENT ON TABLE {rebuild.there} IS {literal(marks.ATTACHED)}",
            ]
        )
        self.say(self.maker().from_window(end))
        self.finish(rebuild)
