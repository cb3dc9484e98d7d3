"""The page of the admin: what it shows, to whom, and that it changes nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_schemapatterns.exceptions import ReadOnly
from django_schemapatterns.models import TablePartition
from django_schemapatterns.partitions import ensure
from tests.partitions_maintenance.tools import Bookings, execute

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:schemapatterns_tablepartition_changelist")


def client_of(*permissions: str) -> Client:
    users: Any = get_user_model().objects
    user = users.create_user("pat", "pat@example.com", first_name="Pat", last_name="Lee", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


class Rows(HTMLParser):
    """The texts of a table's rows, with the class of each, and the widths of the bars."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[tuple[str, str]] = []
        self.widths: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = dict(attrs)
        if tag == "tr":
            self.rows.append((values.get("class", ""), ""))
        if tag == "rect":
            self.widths.append(int(values["width"]))

    def handle_data(self, data: str) -> None:
        if self.rows:
            kind, text = self.rows[-1]
            self.rows[-1] = (kind, f"{text} {data.strip()}".strip())


@pytest.fixture
def filled(bookings: Bookings) -> Bookings:
    bookings.create(default=True, ahead=1, keep="2 months")
    ensure()
    bookings.fill(f"{timezone.now():%Y-%m-%d}", times=500)
    bookings.fill("1999-05-05 00:00+00", times=3)
    execute("ANALYZE bookings")
    return bookings


def test_page_shows_partitions_sizes_and_the_next_run(filled: Bookings) -> None:
    html = client_of("view_tablepartition").get(PAGE).content.decode()

    rows = Rows(html)
    shown = {kind: text for kind, text in rows.rows if kind.startswith("partitions-")}
    assert list(shown) == ["partitions-now", "partitions-ahead", "partitions-default"]
    assert "500" in shown["partitions-now"]
    assert rows.widths[0] == 100
    assert all(1 <= width <= 100 for width in rows.widths)
    assert "needs a look" in html
    assert "<strong>create</strong> <code>bookings_1999_05</code>: 3 rows wait" in html


def test_history_shows_where_it_ends(bookings: Bookings) -> None:
    bookings.create(ahead=0)
    execute("CREATE TABLE old PARTITION OF bookings FOR VALUES FROM (MINVALUE) TO ('2020-02-01 00:00+00')")

    rows = Rows(client_of("view_tablepartition").get(PAGE).content.decode()).rows

    assert any(text.startswith("public.old") and "∞ 2020-02-01" in text for _, text in rows)


def test_page_of_a_table_that_is_well(filled: Bookings) -> None:
    execute("TRUNCATE bookings")

    html = client_of("view_tablepartition").get(PAGE).content.decode()

    assert "There is nothing to do." in html
    assert "needs a look" not in html


@pytest.mark.parametrize("permissions", [[], ["view_auditlog"]])
def test_page_is_for_those_who_may_see_it(bookings: Bookings, permissions: list[str]) -> None:
    assert client_of(*permissions).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_page_is_found_and_changes_nothing(filled: Bookings) -> None:
    client = client_of("view_tablepartition")

    assert PAGE in client.get(reverse("admin:index")).content.decode()
    assert client.post(PAGE, {"action": "delete_selected"}).status_code in {200, 403}
    assert len(filled.names()) == 3
    assert client.get(reverse("admin:schemapatterns_tablepartition_add")).status_code == 403


def test_names_are_escaped(bookings: Bookings) -> None:
    bookings.create(ahead=0)
    bookings.attach('"<b>x"', "1999-01-01 00:00+00", "1999-02-01 00:00+00", ours=False)

    html = client_of("view_tablepartition").get(PAGE).content.decode()

    assert "&lt;b&gt;x" in html
    assert "<b>x" not in html


def test_view_lists_every_partition(filled: Bookings) -> None:
    found = TablePartition.objects.filter(table_name="bookings")

    assert [each.id for each in found] == sorted(f"public.{name}" for name in filled.names())
    assert {each.is_default: each.is_maintained for each in found} == {False: True, True: False}
    assert found.get(is_default=True).estimated_rows == 3
    with pytest.raises(ReadOnly):
        found[0].save()
    with pytest.raises(ReadOnly):
        found[0].delete()


def test_role_without_rights_on_partitions_sees_the_rest(filled: Bookings) -> None:
    execute("CREATE ROLE plain_viewer; GRANT SELECT ON bookings TO plain_viewer")
    execute("GRANT SELECT ON ALL TABLES IN SCHEMA public, schemapatterns TO plain_viewer")
    execute("REVOKE ALL ON bookings_default FROM plain_viewer")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO plain_viewer")
    client = client_of("view_tablepartition")
    execute("SET LOCAL ROLE plain_viewer")

    html = client.get(PAGE).content.decode()

    execute("RESET ROLE")
    assert "not to be seen" in html
