"""Which policy shows a row to somebody, or hides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import Error

from django_schemapatterns.roles.proofs.actors import Actor
from django_schemapatterns.roles.proofs.tables import ask
from django_schemapatterns.roles.proofs.trials import run

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

Verdict = Literal["visible", "hidden", "no such row", "unknown"]
COMMANDS: Final = {"r": "select", "a": "insert", "w": "update", "d": "delete", "*": "all"}

# Of the role that the application connects as, whoever asks.
_POLICIES = """
SELECT polname::text, polcmd::text, polpermissive,
       CASE WHEN polroles = '{0}' THEN ARRAY['PUBLIC'] ELSE ARRAY(
           SELECT pg_get_userbyid(role)::text FROM unnest(polroles) AS role ORDER BY 1
       ) END,
       EXISTS (
           SELECT FROM unnest(polroles) AS role
           WHERE role = 0 OR pg_has_role((SELECT oid FROM pg_roles WHERE rolname = %(role)s), role, 'USAGE')
       ),
       pg_get_expr(polqual, polrelid)
FROM pg_policy WHERE polrelid = to_regclass(%(table)s)::oid ORDER BY polpermissive, polname
"""

_TABLE = """
SELECT relrowsecurity, has_table_privilege(%(role)s, pg_class.oid, 'SELECT'),
       rolsuper OR rolbypassrls OR (NOT relforcerowsecurity AND pg_has_role(pg_roles.oid, relowner, 'USAGE'))
FROM pg_class, pg_roles WHERE pg_class.oid = to_regclass(%(table)s)::oid AND rolname = %(role)s
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What one policy says about one row.

    result: of its USING for the row; None where that is NULL, which counts as false, or an error.
    """

    policy: str
    command: str
    permissive: bool
    roles: list[str]
    applies: bool
    using: str | None
    result: bool | None
    error: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The judgements of all policies, what follows from them, and what the application itself sees."""

    verdict: Verdict
    reason: str
    judgements: list[Judgement]

    def as_json(self) -> dict[str, object]:
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "policies": [each.as_json() for each in self.judgements],
        }


@dataclass(frozen=True)
class Question:
    """
    Whether somebody sees a row of a table.

    application: the connection that asks at run time.  witness: one that sees all rows and evaluates.
    table, key: quoted.  command: "select", or another whose policies have a USING.
    """

    application: BaseDatabaseWrapper
    witness: BaseDatabaseWrapper
    table: str
    key: str
    value: Any
    actor: Actor
    command: str = "select"

    def answer(self) -> Explanation:
        role = ask(self.application, "SELECT current_user::text", {})[0][0]
        if not self._exists():
            return Explanation(
                "no such row", "the witness sees none: it does not exist, or hides from it, too", []
            )
        [(enabled, granted, passes)] = ask(self.witness, _TABLE, {"role": role, "table": self.table})
        if not granted:
            return Explanation("hidden", f"{role} has no grant to SELECT from {self.table}", [])
        if not enabled:
            return Explanation("visible", f"{self.table} has no row security: every row is seen", [])
        if passes:
            return Explanation("visible", f"no policy binds {role}", [])
        judgements = [self._judge(*row) for row in self._policies(role)]
        return self._compare(conclude(judgements, self.command, role), judgements)

    def _exists(self) -> bool:
        outcome = run(
            self.witness, self.actor, f"SELECT FROM {self.table} WHERE {self.key} = %s", [self.value]
        )
        if outcome.error:
            raise Error(outcome.error)
        return outcome.count > 0

    def _policies(self, role: str) -> Sequence[Any]:
        return ask(self.witness, _POLICIES, {"role": role, "table": self.table})

    def _judge(self, name: str, command: str, *about: Any) -> Judgement:
        permissive, roles, applies, using = about
        judgement = Judgement(name, COMMANDS[command], permissive, roles, applies, using, None)
        if judgement.command not in {self.command, "all"}:
            judgement = replace(judgement, applies=False)
        if judgement.using is None or not judgement.applies:
            return judgement
        escaped = judgement.using.replace("%", "%%")
        statement = f"SELECT ({escaped}) FROM {self.table} WHERE {self.key} = %s"  # noqa: S608
        outcome = run(self.witness, self.actor, statement, [self.value])
        result = outcome.rows[0][0] if outcome.rows else None
        return replace(judgement, result=result, error=outcome.error)

    def _compare(self, concluded: tuple[Verdict, str], judgements: list[Judgement]) -> Explanation:
        """Ask the application's connection, whose lookups in policies may see less than the witness's."""
        verdict, reason = concluded
        if self.command != "select":
            return Explanation(verdict, reason, judgements)
        statement = f"SELECT FROM {self.table} WHERE {self.key} = %s"
        outcome = run(self.application, self.actor, statement, [self.value])
        seen: Verdict = "visible" if outcome.count > 0 and not outcome.error else "hidden"
        if outcome.error:
            reason = f"the query fails: {outcome.error}"
        elif seen != verdict:
            reason += f"; yet for the application it is {seen}, as what the policy looks up is hidden from it"
        return Explanation(seen, reason, judgements)


def conclude(judgements: Sequence[Judgement], command: str, role: str) -> tuple[Verdict, str]:
    """Return what PostgreSQL makes of the policies: every wall must hold, and one that allows."""
    applying = [each for each in judgements if each.applies]
    for each in applying:
        if not each.permissive and each.result is not True:
            return "hidden", f"the restrictive policy {each.policy} does not hold: {each.using}"
    allowing = [each for each in applying if each.permissive]
    for each in allowing:
        if each.result is True:
            return "visible", f"the policy {each.policy} allows it: {each.using}"
    if not allowing:
        return "hidden", f"no policy allows {command} to {role}"
    names = ", ".join(each.policy for each in allowing)
    return "hidden", f"none of the policies that allow {command} holds for the row: {names}"
