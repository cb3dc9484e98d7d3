"""What is read off a request, and what is not believed."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from hypothesis import given, settings as examples, strategies as st
from pytest_django import Settings

from django_schemapatterns.context import acting_as
from django_schemapatterns.context.requests import client_address, context_of

PROXY, OTHER_PROXY, CLIENT = "10.0.0.1", "10.0.0.2", "192.0.2.7"


def request_with(path: str = "/", **meta: Any) -> HttpRequest:
    return RequestFactory().get(path, **meta)


def test_request_is_described_without_its_query_string() -> None:
    request = RequestFactory().post(
        "/shop/7/?token=secret", REMOTE_ADDR=CLIENT, HTTP_USER_AGENT="Browser/1.0"
    )

    held = context_of(request)

    assert held.data == {
        "url": "/shop/7/",
        "method": "POST",
        "ip_address": CLIENT,
        "user_agent": "Browser/1.0",
    }
    assert UUID(held.request_id).version == 4


def test_two_requests_have_two_ids() -> None:
    assert context_of(request_with()).request_id != context_of(request_with()).request_id


def test_what_an_outer_middleware_said_stays_but_for_the_user() -> None:
    with acting_as(6, tenant="north", request_id="req-1", region="eu", url="/outer/"):
        held = context_of(request_with())

    assert (held.user_id, held.tenant_id) == (None, "north")
    assert held.request_id != "req-1"
    assert (held.data["region"], held.data["url"]) == ("eu", "/")


@pytest.mark.parametrize(
    ("sent", "request_id", "kept"),
    [
        ("6F9619FF-8B86-D011-B42D-00CF4FC964FF", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", None),
        (" {6f9619ff8b86d011b42d00cf4fc964ff} ", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", None),
        ("req-17", "b4b2d193-a966-55e6-ad75-57b427536a65", "req-17"),
        ("req\0-17\ud800", "b4b2d193-a966-55e6-ad75-57b427536a65", "req-17"),
    ],
)
def test_request_id_comes_from_the_header_that_is_set(
    settings: Settings, sent: str, request_id: str, kept: str | None
) -> None:
    settings.SCHEMAPATTERNS = {"REQUEST_ID_HEADER": "X-Request-ID"}

    held = context_of(request_with(HTTP_X_REQUEST_ID=sent))

    assert held.request_id == request_id
    assert held.data.get("request_id_header") == kept


@pytest.mark.parametrize("sent", ["", "  ", "\0"])
def test_empty_request_id_is_replaced(settings: Settings, sent: str) -> None:
    settings.SCHEMAPATTERNS = {"REQUEST_ID_HEADER": "X-Request-ID"}

    assert UUID(context_of(request_with(HTTP_X_REQUEST_ID=sent)).request_id).version == 4


def test_request_id_of_a_stranger_is_not_believed() -> None:
    held = context_of(request_with(HTTP_X_REQUEST_ID="6f9619ff-8b86-d011-b42d-00cf4fc964ff"))

    assert held.request_id != "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ('"192.0.2.7"', "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", None),
        ("_hidden", None),
        ("192.0.2.777", None),
        ("192.0.2", None),
        ("[", None),
        ("]:", None),
        ("192.0.2.7'; DROP TABLE users; --", None),
        ("\0\ud800", None),
    ],
)
def test_address_is_read_in_any_form_or_not_at_all(
    settings: Settings, written: str, address: str | None
) -> None:
    settings.SCHEMAPATTERNS = {"TRUSTED_PROXIES": 1}

    assert client_address(request_with(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=written)) == address


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        (0, CLIENT, None, CLIENT),
        (0, CLIENT, "203.0.113.9", CLIENT),
        (0, "", "203.0.113.9", None),
        (1, PROXY, None, PROXY),
        (1, PROXY, CLIENT, CLIENT),
        (1, PROXY, f"203.0.113.9, {CLIENT}", CLIENT),
        (1, PROXY, f"{CLIENT},", CLIENT),
        (1, "", CLIENT, CLIENT),
        (2, PROXY, f"203.0.113.9, {CLIENT}, {OTHER_PROXY}", CLIENT),
        (2, PROXY, CLIENT, CLIENT),
        (9, PROXY, f"{CLIENT}, {OTHER_PROXY}", CLIENT),
        (["10.0.0.0/8"], CLIENT, "203.0.113.9", CLIENT),
        (["10.0.0.0/8"], PROXY, f"203.0.113.9, {CLIENT}, {OTHER_PROXY}", CLIENT),
        (["10.0.0.1"], PROXY, f"{CLIENT}, {OTHER_PROXY}", OTHER_PROXY),
        (["10.0.0.0/8"], PROXY, OTHER_PROXY, OTHER_PROXY),
        (["10.0.0.0/8"], PROXY, f"{CLIENT}, garbage", None),
        (["10.0.0.0/8"], PROXY, None, PROXY),
        (["10.0.0.0/8"], "", f"203.0.113.9, {CLIENT}, {OTHER_PROXY}", CLIENT),
        (["10.0.0.0/8"], "", None, None),
        (["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", CLIENT, CLIENT),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", CLIENT, CLIENT),
        ([], PROXY, CLIENT, PROXY),
    ],
)
def test_only_trusted_proxies_are_believed(
    settings: Settings, trusted: Any, peer: str, forwarded: str | None, address: str | None
) -> None:
    settings.SCHEMAPATTERNS = {"TRUSTED_PROXIES": trusted}
    meta = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}

    assert client_address(request_with(REMOTE_ADDR=peer, **meta)) == address


def test_unreadable_address_is_kept_as_it_came(settings: Settings) -> None:
    settings.SCHEMAPATTERNS = {"TRUSTED_PROXIES": 1}

    held = context_of(request_with(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="unknown"))

    assert "ip_address" not in held.data
    assert held.data["forwarded_for"] == "unknown"


def test_request_without_a_peer_has_no_address() -> None:
    request = request_with()
    del request.META["REMOTE_ADDR"]

    assert "ip_address" not in context_of(request).data


texts = st.text(st.characters(categories=None))
addresses = st.from_regex(r"[\[\]0-9a-f:., %\"]*") | texts


@examples(max_examples=200, deadline=None)
@given(trusted=st.integers(0, 3) | st.just(["10.0.0.0/8"]), peer=addresses, forwarded=addresses, text=texts)
def test_no_header_breaks_a_request(trusted: Any, peer: str, forwarded: str, text: str) -> None:
    request = request_with(
        REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded, HTTP_X_REQUEST_ID=text, HTTP_USER_AGENT=text
    )
    request.path = text

    with override_settings(SCHEMAPATTERNS={"TRUSTED_PROXIES": trusted, "REQUEST_ID_HEADER": "X-Request-ID"}):
        held = context_of(request)

    assert str(UUID(held.request_id)) == held.request_id
    assert str(ip_address(held.data.get("ip_address", "::1"))) == held.data.get("ip_address", "::1")
    assert len(held.data["user_agent"]) <= 512
