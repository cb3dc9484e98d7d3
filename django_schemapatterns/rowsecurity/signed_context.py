"""
A database that believes a context only if the application has signed it.

    signed_context.require()

The function that policies, defaults and the audit log read the context with is exchanged, and nothing else
is: a database that believes everything pays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from django_schemapatterns.context import acting_as
from django_schemapatterns.context.signing import SETTING, signers
from django_schemapatterns.exceptions import ConfigurationError, ContextRefused, NotAllowed
from django_schemapatterns.schema.functions import install_statements

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_MIGRATED: Final = "{!r} has no functions of django-schemapatterns: run `migrate` first."
_STATE: Final = """
SELECT prosecdef, pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE'),
       ARRAY(SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
             FROM aclexplode(relacl) WHERE grantee <> relowner)
FROM pg_proc, pg_class
WHERE pg_proc.oid = to_regprocedure('schemapatterns.context_setting(text)')
  AND pg_class.oid = to_regclass('schemapatterns.context_key')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    Whom a database believes.

    is_required: whether it believes none but signed contexts.  owner: who may see its keys.
    is_owner: whether the connection's role may.  readers: other roles that may, and should not.
    """

    is_required: bool
    owner: str
    is_owner: bool
    readers: list[str]


def state(using: str = DEFAULT_DB_ALIAS) -> State | None:
    """Return whom a database believes, None where the application's migrations have not run."""
    with connections[using].cursor() as cursor:
        cursor.execute(_STATE)
        found = cursor.fetchone()
    return found and State(is_required=found[0], owner=found[1], is_owner=found[2], readers=found[3])


def require(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """
    Let a database believe none but contexts that are signed with a key of the settings; return their ids.

    Do it again when the keys have changed. Raises ConfigurationError without a key, NotAllowed for roles that
    do not own the functions.
    """
    known = signers()
    if not known:
        raise ConfigurationError(
            f"{SETTING} holds no key: nobody could act. Set it, and let every process that writes have it."
        )
    rows = [(each.key_id, *each.blocks) for each in known]
    _replace(rows, "rowsecurity", "signed_context_setting.v1", using)
    return [each.key_id for each in known]


def believe(using: str = DEFAULT_DB_ALIAS) -> None:
    """Let a database believe every context again, and forget the keys; raises NotAllowed."""
    _replace([], "schema", "context_setting.v1", using)


def refusal(using: str = DEFAULT_DB_ALIAS) -> str | None:
    """Ask a database whether it believes the contexts of this process; return why it does not."""
    try:
        with acting_as(0), transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute("SELECT schemapatterns.context_setting('app.current_user_id')")
    except (ContextRefused, ConfigurationError) as error:
        return str(error)
    return None


def _replace(rows: Iterable[Any], pattern: str, file: str, using: str) -> None:
    found = state(using)
    if found is None:
        raise ConfigurationError(NOT_MIGRATED.format(using))
    if not found.is_owner:
        raise NotAllowed(
            f"Whom {using!r} believes is for {found.owner} to say, who owns the keys. Use the connection "
            "that runs migrations: `--database ALIAS`."
        )
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("LOCK TABLE schemapatterns.context_key IN SHARE ROW EXCLUSIVE MODE")
        for role in found.readers:
            cursor.execute(f"REVOKE ALL ON TABLE schemapatterns.context_key FROM {role}")
        _replace_keys(cursor, rows)
        for statement in install_statements(pattern, file):
            cursor.execute(statement)


def _replace_keys(cursor: Any, rows: Iterable[Any]) -> None:
    cursor.execute("DELETE FROM schemapatterns.context_key")
    # COPY: what it carries is in no log of statements.
    with cursor.copy("COPY schemapatterns.context_key (id, inner_block, outer_block) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
