"""The assertions hold where rows are isolated and fail where they are not, on real policies."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any, ClassVar

import pytest
from django.db import ProgrammingError, connections, models, transaction
from django.test.utils import isolate_apps, override_settings

from django_schemapatterns.testing.rowsecurity import (
    apply_roles,
    as_role,
    as_tenant,
    as_user,
    assert_isolated,
    assert_sees_exactly,
    running_as_application,
    unrestricted,
)
from tests.prove.conftest import OWN
from tests.roles.house import House


@pytest.fixture
def using(bank: House) -> Iterator[str]:
    """A superuser's connection, as tests have it."""
    with override_settings(SCHEMAPATTERNS={"ROLES": bank.roles}):
        yield bank.alias("postgres")


@pytest.fixture
def safe() -> Iterator[Any]:
    with isolate_apps("tests.testapp"):

        class Safe(models.Model):  # noqa: DJ008
            owner_id = models.BigIntegerField()
            objects: ClassVar[models.Manager[Safe]] = models.Manager()

            class Meta:
                app_label = "testapp"
                db_table = "safes"

        yield Safe


def keys(bank: House, owner: int) -> list[int]:
    return [key for (key,) in bank.run("postgres", f"SELECT id FROM safes WHERE owner_id = {owner}")]


def test_acting_as_a_user_shows_that_users_rows(bank: House, safe: Any, using: str) -> None:
    with as_user(1, using=using):
        assert {each.owner_id for each in safe.objects.using(using)} == {1}

    assert safe.objects.using(using).count() == 9


@pytest.mark.parametrize("atomic", [True, False])
def test_the_role_before_is_back_afterwards(using: str, *, atomic: bool) -> None:
    def role() -> str:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT current_setting('role')")
            return str(cursor.fetchone()[0])

    with transaction.atomic(using) if atomic else unrestricted(using=using):
        with as_role("readonly", using=using):
            before = role()
            with as_role("readwrite", using=using):
                assert role() != before
                with unrestricted(using=using):
                    assert role() == "none"
            assert role() == before
        assert role() == "none"


def test_a_failed_statement_leaves_the_role_before(bank: House, safe: Any, using: str) -> None:
    with transaction.atomic(using):
        with pytest.raises(ProgrammingError), transaction.atomic(using), as_role("readonly", using=using):
            safe.objects.using(using).update(owner_id=1)
        assert safe.objects.using(using).count() == 9


def test_exactly_these_rows(bank: House, safe: Any, using: str) -> None:
    assert_sees_exactly(safe, keys(bank, 1), user=1, using=using)

    with pytest.raises(AssertionError, match=r"user 1 does not see .* of testapp\.Safe"):
        assert_sees_exactly(safe, [*keys(bank, 1), 0], user=1, using=using)
    with pytest.raises(AssertionError, match=r"user 2 does not see .* and also sees"):
        assert_sees_exactly(safe.objects.all(), keys(bank, 1), user=2, using=using)


def test_isolated(safe: Any, using: str) -> None:
    assert_isolated(safe, 1, 2, using=using)

    with pytest.raises(AssertionError, match="user 77 sees no row"):
        assert_isolated(safe, 1, 77, using=using)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ALTER TABLE safes DISABLE ROW LEVEL SECURITY", "no row security"),
        ("DROP POLICY own ON safes", "sees no row"),
        ("ALTER POLICY own ON safes USING (true)", "read: user 1 sees"),
        ("ALTER POLICY own ON safes WITH CHECK (true)", "insert: user 1 inserts"),
        ("ALTER POLICY own ON safes TO <readonly>", "sees no row"),
    ],
)
def test_sabotage_is_noticed(bank: House, safe: Any, using: str, change: str, said: str) -> None:
    with transaction.atomic(using):
        with connections[using].cursor() as cursor:
            cursor.execute(bank.filled(change))
        with pytest.raises(AssertionError, match=said):
            assert_isolated(safe, 1, 2, using=using)
        transaction.set_rollback(True, using)


def test_tenants(bank: House, safe: Any, using: str) -> None:
    change = f"ALTER POLICY own ON safes USING ({OWN.replace('user', 'tenant')}) WITH CHECK (false)"
    of_three = keys(bank, 3)
    with transaction.atomic(using):
        with connections[using].cursor() as cursor:
            cursor.execute(bank.filled(change))
        with as_tenant(2, using=using):
            assert {each.owner_id for each in safe.objects.using(using)} == {2}
        assert_sees_exactly(safe, of_three, tenant=3, using=using)
        assert_isolated(safe, 1, 2, by="tenant", using=using)
        transaction.set_rollback(True, using)


def test_a_role_that_proves_nothing_is_refused(bank: House, using: str) -> None:
    with pytest.raises(AssertionError, match="There is no role nosuch"), as_role("nosuch", using=using):
        pass
    with pytest.raises(AssertionError, match="No policy binds postgres"), as_role("postgres", using=using):
        pass
    bank.run("postgres", "REVOKE SELECT ON safes, coins FROM <lookup>")
    with pytest.raises(AssertionError, match="was granted nothing here"), as_role("lookup", using=using):
        pass


def test_roles_are_applied_once(bank: House, using: str) -> None:
    bank.run("postgres", "REVOKE SELECT ON brands FROM <readwrite>")

    apply_roles(using=using)

    bank.run("web", "SELECT * FROM brands")


def test_a_test_runs_as_the_application(safe: Any, using: str) -> None:
    with transaction.atomic(using), running_as_application(using=using):
        assert safe.objects.using(using).count() == 0
        with unrestricted(using=using):
            assert safe.objects.using(using).count() == 9


def test_a_test_with_threads_runs_as_the_application(safe: Any, using: str) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(safe.objects.using(using).count())
        connections[using].close()

    with running_as_application(using=using):
        look()
        thread = Thread(target=look)
        thread.start()
        thread.join()
    look()

    assert seen == [0, 0, 9]


class TestFixture:
    @pytest.fixture(scope="class")
    @classmethod
    def database_roles(cls) -> None:
        """The test gives the grants, since the database is that of other tests, too."""

    @pytest.mark.django_db
    def test_it_sets_the_role(self, request: pytest.FixtureRequest) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("CREATE ROLE fixture_role")
            cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO fixture_role")
        with override_settings(SCHEMAPATTERNS={"ROLES": {"readwrite": "fixture_role"}}):
            request.getfixturevalue("application_role")

        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT current_user::text")
            assert cursor.fetchone() == ("fixture_role",)
