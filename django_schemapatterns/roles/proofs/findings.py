"""What a trial found out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Status = Literal["ok", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One trial on one table.

    status: "unknown" where it could not be made, which is no success.
    """

    table: str
    trial: str
    status: Status
    detail: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def exit_code(findings: list[Finding]) -> int:
    """Return 1 if anything failed, 2 if anything is unknown, 0 if all is proven."""
    statuses = {each.status for each in findings}
    return 1 if "failed" in statuses else 2 if "unknown" in statuses or not findings else 0
