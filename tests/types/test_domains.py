"""What a column of a domain takes, keeps and refuses: in Python, in forms and in the database alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin, site
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Case, F, Max, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.forms import modelform_factory
from django.test import RequestFactory
from hypothesis import HealthCheck, example, given, settings, strategies as st

from django_schemapatterns import fields
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.errors import as_validation_errors
from tests.audit.tools import execute
from tests.schema.story import Story
from tests.schema.test_migrations import tree

pytestmark = pytest.mark.django_db


def contact(**more: Any) -> Any:
    return tree(
        models.Model,
        email=fields.EmailAddressField(null=True),
        phone=fields.PhoneNumberField(null=True, blank=True),
        balance=fields.PositiveDecimalField(default=0, db_default=0),
        discount=fields.PercentageField(null=True),
        currency=fields.CurrencyCodeField(default="EUR", db_default="EUR"),
        country=fields.CountryCodeField(null=True, blank=True),
        slug=fields.SlugField(null=True),
        **more,
    )


@pytest.fixture
def people() -> Any:
    return Story(contact()).model()


FIELDS: list[Any] = [
    fields.EmailAddressField(),
    fields.PhoneNumberField(),
    fields.CurrencyCodeField(),
    fields.CountryCodeField(),
    fields.SlugField(),
]
NUMBERS: list[Any] = [fields.PositiveDecimalField(), fields.PercentageField()]
LIKELY = st.text(alphabet="aZ09._%+-@ ()\n\0ä\ud800\u0663\u017f", max_size=12)
WORDS = st.from_regex(r"[A-Za-z0-9+]{1,9}@?[A-Za-z.-]{0,9}\.?[A-Za-z]{0,3}\n?", fullmatch=True)


def python_takes(field: Any, value: Any) -> bool:
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True


def database_keeps(field: Any, value: Any) -> bool:
    """Whether the database takes the value, and just as it is."""
    name = field.free_objects()[0].quoted
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT CAST(%s AS {name})", [value])
            return bool(cursor.fetchone()[0] == value)
    except (DatabaseError, ValueError):
        return False


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.domain)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(text=st.one_of(LIKELY, WORDS, st.text(max_size=20)))
@example(text="a@b.cd")
@example(text="a@b.cd\n")
@example(text="EUR\n")
@example(text="+49 30 1234567")
@example(text="a" * 300 + "@b.cd")
@example(text="x" * 51)
@example(text="x\0y")
def test_python_and_database_agree_on_texts(people: Any, field: Any, text: str) -> None:
    if text:
        assert python_takes(field, text) == database_keeps(field, text)


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.domain)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(
    number=st.one_of(
        st.decimals(),
        st.decimals(-1, 101, places=2),
        st.decimals(-1, 101, places=3),
        st.integers().map(Decimal),
    )
)
@example(number=Decimal("NaN"))
@example(number=Decimal("Infinity"))
@example(number=Decimal("-0.001"))
@example(number=Decimal("99999999.99"))
@example(number=Decimal(100000000))
@example(number=Decimal("1E+30"))
def test_python_and_database_agree_on_numbers(people: Any, field: Any, number: Decimal) -> None:
    if number.is_snan():
        return
    keeps = database_keeps(field, number)
    takes = python_takes(field, number)
    # Python refuses a third decimal place even where it is a zero, as Django does.
    assert takes == keeps or (keeps and -int(number.as_tuple().exponent) > field.decimal_places)


def test_every_way_to_write_and_read(people: Any, binding: str) -> None:
    people.objects.create(email="a@b.cd", phone="+49 30 1234567", balance=Decimal("1.50"), discount=5)
    people.objects.bulk_create([people(email=f"{n}@b.cd", balance=n, slug=f"s-{n}") for n in range(3)])
    people.objects.bulk_create(
        [people(id=1, balance=9)], update_conflicts=True, update_fields=["balance"], unique_fields=["id"]
    )
    rows = list(people.objects.order_by("id"))
    for row in rows:
        row.balance = row.balance * 2
        row.country = "DE"
    people.objects.bulk_update(rows, ["balance", "country"])
    people.objects.filter(slug="s-2").update(
        balance=F("balance") * Decimal("1.1"),
        currency=Case(When(country="DE", then=Value("CHF")), default=Value("USD")),
        email=Concat(Value("x"), "email"),
        discount=Coalesce("discount", Value(Decimal(7)), output_field=models.DecimalField()),
    )

    changed = people.objects.get(slug="s-2")

    assert (changed.balance, changed.currency, changed.email, changed.discount) == (
        Decimal("4.40"),
        "CHF",
        "x2@b.cd",
        Decimal(7),
    )
    assert people.objects.filter(email__in=["a@b.cd", "nobody"]).count() == 1
    assert people.objects.filter(email__icontains="B.CD", balance__gte=4).count() == 2
    assert people.objects.filter(email="not an address").count() == 0
    assert people.objects.filter(slug__in=people.objects.values("slug")).count() == 3
    assert people.objects.aggregate(most=Max("balance"))["most"] == Decimal(18)
    assert people.objects.annotate(as_text=Upper("currency")).values_list("as_text", flat=True)[0] == "EUR"
    assert people.objects.annotate(p=Cast(Value("12.345"), fields.PercentageField())).first().p == Decimal(
        "12.35"
    )
    assert people.objects.aggregate(all=ArrayAgg("balance", order_by="id"))["all"] == [
        18,
        0,
        2,
        Decimal("4.4"),
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [("email", "nobody"), ("balance", -1), ("discount", 101), ("currency", "euro"), ("slug", "a b")],
)
def test_refusal_of_the_database_names_field_and_rule(people: Any, column: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught, as_validation_errors(people), transaction.atomic():
        people.objects.bulk_create([people(**{column: value})])

    assert list(caught.value.message_dict) == [column]
    with pytest.raises(ValidationError) as expected:
        people._meta.get_field(column).clean(value, None)
    assert caught.value.message_dict[column][0] in expected.value.messages


def test_form_shows_the_rule_and_stores_nothing_as_null(people: Any) -> None:
    Form = modelform_factory(people, fields=["email", "phone", "balance", "country", "currency"])
    given = {"email": "a@b.cd", "phone": "", "balance": "1.5", "country": "", "currency": "EUR"}

    wrong = Form({**given, "email": "a@b", "balance": "-0.001"})
    right = Form(given)

    assert set(wrong.errors) == {"email", "balance"}
    assert right.is_valid(), right.errors
    saved = right.save()
    saved.refresh_from_db()
    assert (saved.phone, saved.country, saved.balance) == (None, None, Decimal("1.50"))
    assert 'type="email"' in str(right["email"])
    assert 'type="tel"' in str(right["phone"])


def test_empty_text_is_null_in_every_way_to_write(people: Any) -> None:
    row = people.objects.create(phone="", country="")
    people.objects.update(phone="")
    row.country = ""
    people.objects.bulk_update([row], ["country"])

    assert people.objects.filter(phone=None, country=None).count() == 1
    assert people.objects.filter(phone="").count() == 1


def test_admin_has_the_widgets(people: Any) -> None:
    form = ModelAdmin(people, site).get_form(RequestFactory().get("/"))

    assert 'type="email"' in str(form()["email"])


def test_values_come_back_from_fixtures(people: Any) -> None:
    made = people.objects.create(email="a@b.cd", balance=Decimal("1.50"), slug="s")
    [state] = serializers.serialize("python", [made])

    read = {name: people._meta.get_field(name).to_python(value) for name, value in state["fields"].items()}

    assert read == {name: getattr(made, name) for name in read}
    assert '"balance": "1.50"' in serializers.serialize("json", [made])


def test_arrays_and_generated_columns(binding: str) -> None:
    story = Story(
        tree(
            models.Model,
            rates=ArrayField(fields.PercentageField(), default=list),
            codes=ArrayField(fields.CountryCodeField(), null=True),
            first=models.GeneratedField(
                expression=F("rates__0"),  # type: ignore[arg-type]
                output_field=fields.PercentageField(),
                db_persist=True,
            ),
        )
    )
    Tree: Any = story.model()
    Tree.objects.bulk_create([Tree(rates=[Decimal("1.5"), 3], codes=["DE", "FR"]), Tree()])

    full = Tree.objects.get(codes__contains=["DE"])

    assert (full.rates, full.codes, full.first) == (
        [Decimal("1.50"), Decimal("3.00")],
        ["DE", "FR"],
        Decimal("1.5"),
    )
    assert Tree.objects.filter(rates=[]).count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Tree.objects.create(rates=[101])


def test_foreign_key_has_the_type_of_its_target() -> None:
    class Meta:
        app_label = "testapp"

    def declare() -> Any:
        tree(models.Model, code=fields.CountryCodeField(primary_key=True))()
        body = {
            "__module__": __name__,
            "Meta": Meta,
            "tree": models.ForeignKey("testapp.Tree", models.CASCADE),
        }
        type("Leaf", (models.Model,), body)

    story = Story(declare)
    trees: Any = story.model()
    leaves: Any = story.model("Leaf")
    trees.objects.create(code="DE")
    leaves.objects.create(tree_id="DE")

    assert leaves.objects.filter(tree__code="DE").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("INSERT INTO testapp_leaf (tree_id) VALUES ('de')")


def test_other_sizes_are_another_domain() -> None:
    assert fields.PositiveDecimalField().domain == "positive_decimal"
    assert fields.PositiveDecimalField(max_digits=8, decimal_places=3).domain == "positive_decimal_8_3"
    assert fields.SlugField(max_length=100).domain == "slug_100"
    assert fields.SlugField(max_length=100, domain="handle").clone().domain == "handle"


def test_declarations_that_can_not_hold_are_told() -> None:
    empty = fields.EmailAddressField(blank=True)
    empty.set_attributes_from_name("email")
    bare = fields.DomainField()
    bare.set_attributes_from_name("bare")

    assert "schemapatterns.E602" in {message.id for message in empty.check()}
    assert [message.id for message in bare.check()] == ["schemapatterns.E601"]
    with pytest.raises(ConfigurationError, match="ASCII"):
        fields.SlugField(allow_unicode=True)


@pytest.mark.parametrize(
    "regex", [r"\d+", r"^a", "a$", "(?i)a", "(?=a)a", "a*?", "a{,3}", "[[:alpha:]]", r"\Ba"]
)
def test_pattern_that_databases_read_otherwise_is_refused(regex: str) -> None:
    with pytest.raises(ConfigurationError, match="do not read alike"):
        fields.Pattern(regex)


@pytest.mark.parametrize("regex", [r"\+?[0-9]{2,}", "[^^$]+", r"a\$|(?:b|c)\.", r"[a\]]x"])
def test_pattern_that_both_read_alike_is_taken(regex: str) -> None:
    fields.Pattern(regex)
