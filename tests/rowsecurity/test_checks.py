"""What `check` says about declarations, and `check --database` about what is in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection, models
from django.db.models import Count, Exists, F, Func, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Random
from django.test import override_settings
from django.test.utils import isolate_apps

from django_schemapatterns import conf, rowsecurity
from django_schemapatterns.constraints import Allow, RowSecurity, Wall
from django_schemapatterns.context import current
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity import registry
from django_schemapatterns.rowsecurity.checks import check_row_security
from django_schemapatterns.rowsecurity.database_checks import check_connection
from tests.rowsecurity.app.models import Document, Membership, Person
from tests.rowsecurity.conftest import ask

OWN = Allow("own", when=Q(owner=current.user_id), commands="all")
ANY: Any = "own"


def declared(*constraints: Any, **members: Any) -> Any:
    meta = type("Meta", (), {"app_label": "testapp", "constraints": list(constraints)})
    body = {"__module__": __name__, "Meta": meta, "owner": models.BigIntegerField(db_index=True), **members}
    return type("Thing", (models.Model,), body)


class Config:
    """An app with the given models."""

    def __init__(self, *found: Any) -> None:
        self.found = found

    def get_models(self, *, include_auto_created: bool) -> Any:
        return list(self.found)


def messages(*found: Any) -> list[CheckMessage]:
    return check_row_security([Config(*found)])


def numbers(*found: Any) -> list[str]:
    return [str(message.id).removeprefix("schemapatterns.") for message in messages(*found)]


@isolate_apps("tests.testapp")
def test_a_sound_declaration_is_left_alone() -> None:
    assert numbers(declared(RowSecurity(OWN, bypass=["admin"]))) == []


@isolate_apps("tests.testapp")
def test_two_declarations_are_one_too_many() -> None:
    assert "E401" in numbers(declared(RowSecurity(OWN, name="a"), RowSecurity(OWN, name="b")))


class Per(Func):
    function = "is_member"
    output_field = models.BooleanField()


MEMBERS = Membership.objects.filter(person=current.user_id)
BAD: dict[str, tuple[Any, str]] = {
    "unknown field": (Q(colour="red"), "colour"),
    "correlated": (Q(Exists(MEMBERS.filter(team=OuterRef("owner")))), "depends on the row"),
    "volatile": (Q(owner__gt=Random()), "volatile"),
    "volatile in a subquery": (Q(owner__in=MEMBERS.filter(pk__gt=Random()).values("team")), "volatile"),
    "function of the row": (Q(Per(F("owner"))), "called for every row"),
    "raw": (Q(RawSQL("owner = 1", [], output_field=models.BooleanField())), "RawSQL"),
    "aggregate": (Q(owner=Count("pk")), "aggregate"),
}


@isolate_apps("tests.testapp")
@pytest.mark.parametrize("case", BAD)
def test_what_can_not_be_a_good_policy_is_refused(case: str) -> None:
    condition, text = BAD[case]

    [message] = [
        each
        for each in messages(declared(RowSecurity(Allow("bad", when=condition))))
        if each.id != "schemapatterns.W407"
    ]

    assert message.id == "schemapatterns.E402"
    assert text in message.msg.lower() or text in message.msg


@isolate_apps("tests.testapp")
def test_a_wall_of_null_is_refused() -> None:
    thing = declared(
        RowSecurity(OWN, wall=Wall(tenant=current.tenant_id)),
        tenant=models.BigIntegerField(null=True, db_index=True),
    )

    assert numbers(thing) == ["E402"]


@isolate_apps("tests.testapp")
def test_policies_that_ask_each_other_are_refused() -> None:
    meta = {"app_label": "testapp"}
    body = {"__module__": __name__}
    left = type(
        "Left",
        (models.Model,),
        {
            **body,
            "right": models.ForeignKey("Right", models.CASCADE),
            "Meta": type(
                "Meta", (), {**meta, "constraints": [RowSecurity(Allow("a", when=Q(right__owner=1)))]}
            ),
        },
    )
    right = type(
        "Right",
        (models.Model,),
        {
            **body,
            "owner": models.IntegerField(db_index=True),
            "Meta": type(
                "Meta", (), {**meta, "constraints": [RowSecurity(Allow("a", when=Q(left__pk__gt=1)))]}
            ),
        },
    )

    assert numbers(left, right).count("E403") == 2


@isolate_apps("tests.testapp")
def test_rows_that_can_not_be_read_back_are_told() -> None:
    assert numbers(declared(RowSecurity(Allow("own", when=Q(owner=current.user_id), commands="insert")))) == [
        "W404"
    ]


@isolate_apps("tests.testapp")
@pytest.mark.parametrize(("fields", "expected"), [(["name"], ["W405"]), (["tenant", "name"], [])])
def test_unique_on_both_sides_of_a_wall_is_told(fields: list[str], expected: list[str]) -> None:
    rule = models.UniqueConstraint(fields=fields, name="rule")
    columns = {"tenant": models.BigIntegerField(db_index=True), "name": models.TextField()}

    assert (
        numbers(declared(RowSecurity(OWN, wall=Wall(tenant=current.tenant_id)), rule, **columns)) == expected
    )


@isolate_apps("tests.testapp")
def test_foreign_keys_through_a_wall_are_told() -> None:
    wall = Wall(tenant=current.tenant_id)
    document = models.ForeignKey(Document, models.CASCADE)

    thing = declared(
        RowSecurity(OWN, wall=wall), document=document, tenant=models.BigIntegerField(db_index=True)
    )

    assert numbers(thing) == ["W406"]


@isolate_apps("tests.testapp")
def test_a_column_without_an_index_is_told() -> None:
    assert numbers(declared(RowSecurity(OWN), owner=models.BigIntegerField())) == ["W407"]


@isolate_apps("tests.testapp")
def test_apps_may_have_to_declare_or_to_say_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_exempted", {})
    thing = declared()
    assert numbers(thing) == []
    with override_settings(SCHEMAPATTERNS={"PROTECTED_APPS": ["testapp"]}):
        assert numbers(thing) == ["E408"]
        with pytest.raises(ConfigurationError, match="for what reason"):
            rowsecurity.unprotected(thing, reason="")
        rowsecurity.unprotected(thing, reason="the catalog is public")
        assert numbers(thing) == []
    with override_settings(SCHEMAPATTERNS={"PROTECTED_APPS": "shop"}), pytest.raises(ConfigurationError):
        conf.get()


@pytest.mark.parametrize(
    ("declare", "text"),
    [
        (RowSecurity, "nobody"),
        (lambda: RowSecurity(*[ANY]), "instances of Allow"),
        (lambda: RowSecurity(OWN, OWN), "own_delete"),
        (lambda: RowSecurity(OWN, bypass="admin"), "list of roles"),
        (lambda: RowSecurity(OWN, missing=ANY), "deny"),
        (lambda: Allow("all"), "every program"),
        (lambda: Allow("own", when=Q(a=1), using=Q(a=1)), "either"),
        (lambda: Allow("own", when=Q(a=1), commands="truncate"), "select, insert"),
        (lambda: Allow("own", to=["PUBLIC"]), "every role"),
        (lambda: Allow("own", to="admin"), "list"),
        (Wall, "condition"),
    ],
)  # fmt: skip
def test_declarations_without_sense_are_refused(declare: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        declare()


def found() -> list[str]:
    return [
        f"{str(each.id).removeprefix('schemapatterns.')} {each.msg}"
        for each in check_connection(connection)
        if "rowtests" in each.msg
    ]


@pytest.fixture
def database(db: None) -> None:
    assert found() == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("ALTER TABLE rowtests_document DISABLE ROW LEVEL SECURITY", "E420"),
        ("ALTER TABLE rowtests_document NO FORCE ROW LEVEL SECURITY", "E421"),
        ("DROP POLICY wall_update ON rowtests_document", "E422"),
        ("ALTER POLICY wall_update ON rowtests_document USING (true)", "E422"),
        ("ALTER POLICY own_select ON rowtests_document TO PUBLIC", "E422"),
        ("CREATE POLICY more ON rowtests_document TO app_readwrite USING (true)", "W423"),
    ],
)
def test_what_is_not_as_declared_is_found_and_mended(change: str, number: str) -> None:
    ask("default", change)

    [message] = found()

    assert message.startswith(number)
    [hint] = [each.hint for each in check_connection(connection) if "rowtests" in each.msg]
    repair = str(hint).rstrip(".").partition("run: " if number != "W423" else "drop it: ")[2]
    ask("default", repair)
    assert found() == []


@pytest.mark.usefixtures("database")
def test_renamed_columns_are_no_drift() -> None:
    ask("default", "ALTER TABLE rowtests_document RENAME owner_id TO holder_id")
    ask("default", "ALTER TABLE rowtests_document RENAME holder_id TO owner_id")

    assert found() == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("kind", "said"), [("VOLATILE", "for every row"), ("IMMUTABLE", "another user's")])
def test_functions_of_others_that_are_not_stable_are_told(kind: str, said: str) -> None:
    ask("default", f"CREATE FUNCTION rowtests_odd() RETURNS boolean LANGUAGE sql {kind} AS 'SELECT true'")
    ask("default", "CREATE POLICY odd ON rowtests_person USING (rowtests_odd())")

    [message] = found()

    assert message.startswith("W427")
    assert said in message


@pytest.mark.usefixtures("database")
def test_who_may_not_compare_says_so() -> None:
    [(name,)] = ask("default", "SELECT current_database()")
    ask("default", f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC; SET LOCAL ROLE app_readwrite')

    [message] = found()
    assert message.startswith("W426")
    ask("default", "RESET ROLE")
    assert Person.objects.count() == 0


@pytest.mark.django_db
def test_partitions_that_somebody_may_read_are_found_and_mended() -> None:
    def told() -> list[CheckMessage]:
        return [each for each in check_connection(connection) if each.id == "schemapatterns.E424"]

    ask(
        "default",
        "CREATE TABLE orders_late PARTITION OF orders FOR VALUES FROM ('2090-01-01') TO ('2090-02-01')",
    )
    assert told() == []
    ask("default", "GRANT SELECT ON orders_late TO app_readwrite")

    [message] = told()

    assert message.msg.endswith(": orders_late.")
    ask("default", str(message.hint).partition("run: ")[2])
    assert told() == []
