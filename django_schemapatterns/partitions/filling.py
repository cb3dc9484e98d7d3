"""The rows of the old table are copied into partitions of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django_schemapatterns.partitions.conversion import Conversion
from django_schemapatterns.partitions.inventory import Inventory, next_values


@dataclass(kw_only=True)
class Filling(Conversion):
    """Copy in batches while a trigger follows, and change places at the end; in a transaction all at once."""

    def refusals(self, found: Inventory) -> Iterator[str]:
        yield from super().refusals(found)
        yield from found.hidden()

    def convert(self, found: Inventory) -> None:
        if self.online:
            self._copy_online(found)
        else:
            self.locked(lambda: self._copy_locked(self.look()))

    def _copy_online(self, found: Inventory) -> None:
        copy = self.copy(found)
        maker = replace(self.maker(*self._ends()), table=copy.new, prefix=self.table)

        def swap() -> None:
            self.say([f"DROP FUNCTION {copy.function}() CASCADE"])
            now = self.look()
            self.say(copy.take_place(self.rebuild(now), next_values(self.editor.connection, now)))
            self.finish(self.rebuild(now))

        self.progress("make the partitions")
        self.locked(lambda: self.say(copy.prepare(maker.first())))
        copy.fill(self.progress)
        self.progress("put the partitioned table into its place")
        self.locked(swap)

    def _copy_locked(self, found: Inventory) -> None:
        rebuild, ends = self.rebuild(found), self._ends()
        values = next_values(self.editor.connection, found)
        self.say(rebuild.move_away())
        self.say(rebuild.create(values))
        self.say(self.maker(*ends).first())
        self.progress("copy the rows")
        self.say([rebuild.fill(), *rebuild.constrain(), f"DROP TABLE {rebuild.there}"])
        self.finish(rebuild)

    def _ends(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments of the oldest row and of the newest one."""
        if self.options.every is None:
            return None, None
        return self.moment("ASC"), self.moment("DESC")
