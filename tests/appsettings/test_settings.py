"""Settings have types, defaults and rules, in Python as in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Permission
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings import cache, registry
from django_schemapatterns.appsettings.checks import check_settings_database
from django_schemapatterns.appsettings.kinds import CODECS, Kind
from django_schemapatterns.appsettings.sync import after_migrate
from django_schemapatterns.exceptions import ConfigurationError, UnknownSetting, WrongSetting
from django_schemapatterns.models import ApplicationSetting, AuditLog
from tests.softdelete.tools import execute, select

pytestmark = pytest.mark.django_db


class Theme(models.TextChoices):
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


@pytest.fixture
def size() -> appsettings.Setting[int]:
    return appsettings.register(
        "tests.page_size", int, default=20, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )


VALUES: list[tuple[type, Any, str, str]] = [
    (str, "", "NULL::text", ""),
    (str, 'say "hi" \\ é', "''::text", 'say "hi" \\ é'),
    (int, -(2**63), "0::bigint", str(-(2**63))),
    (Decimal, Decimal("19.90"), "0::numeric", "19.90"),
    (Decimal, Decimal("1E+3"), "NULL::numeric", "1000"),
    (bool, False, "true", "false"),
    (date, date(2026, 2, 28), "now()::date", "2026-02-28"),
    (datetime, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "now()", "2026-01-02 03:04:05.000006+00"),
    (timedelta, timedelta(days=-2, seconds=5, microseconds=7), "'0'::interval", "-2 days +00:00:05.000007"),
    (dict, {"a": [1, 1.5, None]}, "NULL::jsonb", '{"a": [1, 1.5, null]}'),
    (list, ["a", 'b"'], "NULL::text[]", '{a,"b\\""}'),
    (list, [1, 2], "NULL::int[]", "{1,2}"),
]


@pytest.mark.parametrize(("kind", "value", "default", "text"), VALUES)
def test_a_value_comes_back_as_it_was_in_python_and_in_sql(
    kind: Any, value: Any, default: str, text: str
) -> None:
    setting = appsettings.register("shop.thing", kind, default=value)

    appsettings.set_setting("shop.thing", value)

    found = appsettings.get_setting("shop.thing")
    assert (found, type(found)) == (value, type(value)) == (setting.get(), kind)
    assert select(f"SELECT schemapatterns.get_setting('shop', 'thing', {default})::text") == text


@pytest.mark.parametrize("default", ["20", "'x'::text", "NULL::int", "now()", "'{}'::jsonb", "ARRAY[1]"])
def test_sql_gets_its_default_for_rows_that_are_missing_or_have_no_value(default: str) -> None:
    appsettings.register("shop.empty", int, default=7)
    appsettings.reset_setting("shop.empty")

    for key in ("missing", "empty"):
        assert select(
            f"SELECT schemapatterns.get_setting('shop', '{key}', {default}) IS NOT DISTINCT FROM {default}"
        )


def test_sql_says_which_setting_is_of_another_type(size: Any) -> None:
    appsettings.register("shop.rate", Decimal, default=Decimal(0))
    appsettings.set_setting("shop.rate", Decimal("1.5"))

    with pytest.raises(Exception, match=r"The setting shop\.rate is no integer"), transaction.atomic():
        select("SELECT schemapatterns.get_setting('shop', 'rate', 1)")


def test_the_default_holds_until_somebody_sets_another_and_again_after_a_reset(size: Any) -> None:
    assert appsettings.get_setting("tests.page_size") == 20
    appsettings.set_setting("tests.page_size", 50)
    assert appsettings.get_setting(size) == size.get() == 50
    appsettings.reset_setting(size)
    assert size.get() == 20


def test_reading_writes_nothing(size: Any, django_assert_num_queries: Any) -> None:
    rows = ApplicationSetting.objects.count()
    assert cache.is_installed("default")

    with django_assert_num_queries(1):
        size.get()
        size.get()

    assert ApplicationSetting.objects.count() == rows


def test_a_document_that_somebody_changes_is_a_copy() -> None:
    appsettings.register("shop.menu", list, default=["a"])
    appsettings.get_setting("shop.menu").append("b")
    assert appsettings.get_setting("shop.menu") == ["a"]
    appsettings.set_setting("shop.menu", [{"x": 1}])
    appsettings.get_setting("shop.menu")[0]["x"] = 2
    assert appsettings.get_setting("shop.menu") == [{"x": 1}]


@pytest.mark.parametrize("call", [appsettings.get_setting, appsettings.reset_setting])
def test_an_unknown_name_is_told_the_nearest(call: Any, size: Any) -> None:
    with pytest.raises(UnknownSetting, match=r"'tests\.pagesize'\. Did you mean 'tests\.page_size'"):
        call("tests.pagesize")
    with pytest.raises(LookupError, match=r"Register it"):
        call("zzz")


@pytest.mark.parametrize("value", [0, 501, "20", 20.0, True, None])
def test_what_a_setting_can_not_have_is_refused(value: Any, size: Any) -> None:
    with pytest.raises(ValidationError):
        appsettings.set_setting("tests.page_size", value)
    assert size.get() == 20


def test_choices_bind() -> None:
    appsettings.register("shop.theme", str, default="dark", choices=Theme)
    appsettings.set_setting("shop.theme", "light")

    with pytest.raises(ValidationError, match=r"shop\.theme may be one of: light, dark"):
        appsettings.set_setting("shop.theme", "pink")


@pytest.mark.parametrize(
    ("name", "kind", "options", "match"),
    [
        ("page_size", int, {"default": 1}, "category, a point and a key"),
        ("Shop.size", int, {"default": 1}, "small letters"),
        ("shop.size", float, {"default": 1.0}, "one of str, int, Decimal"),
        ("shop.size", int, {"default": "1"}, "default: shop.size must be of type int"),
        ("shop.size", int, {"default": True}, "must be of type int"),
        ("shop.size", int, {"default": 0, "validators": [MinValueValidator(1)]}, "greater than or equal"),
        ("shop.at", datetime, {"default": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001
        ("shop.day", date, {"default": datetime(2026, 1, 1, tzinfo=UTC)}, "must be of type date"),
        ("shop.rate", Decimal, {"default": Decimal("NaN")}, "no number"),
        ("shop.rate", Decimal, {"default": Decimal("Infinity")}, "no number"),
        ("shop.size", int, {"default": 2**63}, "too large"),
        ("shop.text", str, {"default": "a\0b"}, "NUL"),
        ("shop.menu", list, {"default": ["a\0b"]}, "NUL"),
        ("shop.menu", dict, {"default": {"a": float("nan")}}, "NaN and infinity"),
        ("shop.menu", dict, {"default": {"a": {1}}}, "type set"),
        ("shop.key", str, {"default": "", "public": True, "secret": True}, "secret can not be public"),
    ],
)
def test_a_wrong_registration_says_what_is_wrong(name: str, kind: Any, options: Any, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        appsettings.register(name, kind, **options)


def test_a_name_is_registered_once(size: Any) -> None:
    appsettings.register(
        "tests.page_size", int, default=20, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    with pytest.raises(ConfigurationError, match=r"tests\.page_size is registered already"):
        appsettings.register("tests.page_size", int, default=30)


@pytest.mark.parametrize(
    ("kind", "document", "fits"),
    [
        ("text", '"x"', True),
        ("text", "1", False),
        ("integer", "1", True),
        ("integer", "1.0", False),
        ("integer", "1e3", True),
        ("integer", "9223372036854775808", False),
        ("integer", "true", False),
        ("decimal", "1.5", True),
        ("decimal", '"1.5"', True),
        ("decimal", '"NaN"', False),
        ("decimal", '"Infinity"', False),
        ("boolean", "true", True),
        ("boolean", '"true"', False),
        ("date", '"2026-02-28"', True),
        ("date", '"2026-02-30"', False),
        ("date", '"tomorrow"', False),
        ("date", '"infinity"', False),
        ("datetime", '"2026-01-01T10:00:00Z"', True),
        ("datetime", '"2026-01-01T24:00:00Z"', False),
        ("datetime", '"2026-01-01T10:00:00"', False),
        ("duration", '"1 02:03:04"', True),
        ("duration", '"1 month"', False),
        ("json", "{}", True),
        ("json", "null", False),
        ("text", "null", False),
        ("money", "1", False),
    ],
)
def test_the_database_keeps_kinds(kind: str, document: str, fits: bool) -> None:
    assert select("SELECT schemapatterns.setting_fits(%s, %s::jsonb)", kind, document) is fits
    if not fits:
        with pytest.raises(IntegrityError, match="applicationsetting_kind"), transaction.atomic():
            execute(
                "INSERT INTO schemapatterns.application_setting "
                "(category, key, kind, value, description, is_public, is_secret) "
                "VALUES ('a', 'b', %s, %s, '', false, false)",
                kind,
                document,
            )


@hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    value=strategies.one_of(
        strategies.text(strategies.characters(codec="utf-8", exclude_characters="\0")),
        strategies.integers(-(2**63), 2**63 - 1),
        strategies.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
        strategies.booleans(),
        strategies.dates(),
        strategies.datetimes(timezones=strategies.just(UTC)),
        strategies.timedeltas(timedelta(days=-99_999), timedelta(days=99_999)),
    )
)
def test_what_python_writes_the_database_takes_for_its_kind(value: Any) -> None:
    codec = CODECS[type(value)]
    document = codec.to_json(value)

    assert codec.read(document) == value
    assert ApplicationSetting(kind=codec.kind, value=document).kind == codec.kind
    with connection.cursor() as cursor:
        field: Any = ApplicationSetting._meta.get_field("value")
        prepared = field.get_db_prep_value(document, connection)
        cursor.execute("SELECT schemapatterns.setting_fits(%s, %s)", [codec.kind, prepared])
        assert cursor.fetchone() == (True,)


def test_a_row_that_holds_another_type_says_so(size: Any) -> None:
    ApplicationSetting.objects.update_or_create(
        {"kind": Kind.TEXT, "value": "many"}, category="tests", key="page_size"
    )

    with pytest.raises(WrongSetting, match=r"tests\.page_size is of type int, and 'many' is not"):
        size.get()
    [warning] = check_settings_database(["default"])
    assert (warning.id, "not of type int" in warning.msg) == ("schemapatterns.W630", True)


def test_the_check_finds_values_that_are_no_longer_allowed(size: Any) -> None:
    appsettings.set_setting(size, 50)
    assert check_settings_database(["default"]) == []

    ApplicationSetting.objects.filter(key="page_size").update(value=1000)

    [warning] = check_settings_database(["default"])
    assert "less than or equal to 500" in warning.msg


def test_migrate_makes_rows_and_keeps_values(size: Any) -> None:
    token = appsettings.register("shop.token", str, default="t", description="For the bank")
    after_migrate("default")
    appsettings.set_setting(token, "s3cret")

    registry._registered.pop("shop.token")
    appsettings.register("shop.token", str, default="t", description="For the other bank", secret=True)
    after_migrate("default")
    after_migrate("default")

    row = ApplicationSetting.objects.get(category="shop", key="token")
    assert (row.value, row.secret_value, row.description) == (None, "s3cret", "For the other bank")
    assert ApplicationSetting.objects.get(category="tests", key="page_size").value is None
    assert size.get() == 20
    assert not AuditLog.objects.for_object(ApplicationSetting.objects.get(key="page_size")).exists()


def test_a_secret_is_neither_logged_nor_shown() -> None:
    setting = appsettings.register("shop.token", str, default="t0ken", secret=True)
    appsettings.set_setting(setting, "s3cret")
    appsettings.set_setting(setting, "s3cret2")

    row = ApplicationSetting.objects.get(key="token")
    entries = [str(entry.changes) for entry in AuditLog.objects.for_object(row)]
    assert len(entries) == 2
    assert "s3cret" not in "".join([*entries, repr(row), str(row)])
    assert "t0ken" not in repr(setting)
    assert select("SELECT schemapatterns.get_setting('shop', 'token', ''::text)") == "s3cret2"
    ApplicationSetting.objects.filter(pk=row.pk).update(secret_value=5, kind=Kind.INTEGER)
    with pytest.raises(WrongSetting) as caught:
        setting.get()
    assert "5" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "secret"), [(str, "s3cret-word"), (int, 70_707_070), (dict, {"k": "s3cret-word"})]
)
@pytest.mark.parametrize("form", ["json", "xml", "python"])
def test_a_secret_is_in_no_fixture(kind: Any, secret: Any, form: str) -> None:
    appsettings.register("shop.token", kind, default=kind(), secret=True)
    appsettings.register("shop.shown", str, default="")
    appsettings.set_setting("shop.token", secret)
    appsettings.set_setting("shop.shown", "in the fixture")

    fixture = str(serializers.serialize(form, ApplicationSetting.objects.all()))

    assert "in the fixture" in fixture
    assert "s3cret" not in fixture
    assert "70707070" not in fixture
    appsettings.set_setting("shop.shown", "changed")
    if form != "python":
        for row in serializers.deserialize(form, fixture):
            row.save()
        assert appsettings.get_setting("shop.shown") == "in the fixture"
        assert appsettings.get_setting("shop.token") == kind()


def test_a_secret_has_its_value_in_no_other_column() -> None:
    with pytest.raises(IntegrityError, match="applicationsetting_secret"), transaction.atomic():
        ApplicationSetting.objects.create(category="a", key="b", kind="text", value="x", is_secret=True)


def test_changes_are_audited_and_counted(size: Any) -> None:
    appsettings.set_setting(size, 30)
    appsettings.set_setting(size, 40)
    execute("UPDATE schemapatterns.application_setting SET value = '50' WHERE key = 'page_size'")
    execute("UPDATE schemapatterns.application_setting SET value = '50' WHERE key = 'page_size'")

    row = ApplicationSetting.objects.get(key="page_size")
    entries = list(AuditLog.objects.for_object(row).order_by("id"))
    assert row.version == entries[0].changes["version"] + 2
    assert [entry.changes["value"] for entry in entries[1:]] == [[30, 40], [40, 50]]
    assert entries[0].record_label == "tests page_size"


def test_public_settings_are_for_everybody(size: Any) -> None:
    appsettings.register("shop.name", str, default="Shop", public=True)

    public = appsettings.public_settings()

    assert public["shop.name"] == "Shop"
    assert "tests.page_size" not in public


@pytest.mark.django_db(transaction=True)
def test_asynchronous_code_reads_and_writes(size: Any) -> None:
    async def story() -> list[int]:
        before = await appsettings.aget_setting(size)
        await appsettings.aset_setting(size, 30)
        after = await appsettings.aget_setting("tests.page_size")
        await appsettings.areset_setting(size)
        return [before, after, await appsettings.aget_setting(size)]

    assert async_to_sync(story)() == [20, 30, 20]


def test_permissions_are_djangos() -> None:
    assert Permission.objects.filter(codename="change_applicationsetting").exists()
