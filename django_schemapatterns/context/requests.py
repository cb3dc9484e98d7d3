"""What a request tells about who acts. Any of it may be garbage, and none of it may break the request."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.http import HttpRequest

from django_schemapatterns import conf
from django_schemapatterns.context.payload import clean, plain_text
from django_schemapatterns.context.values import Context, LateActor, acting, is_promise


def context_of(request: HttpRequest) -> Context:
    """
    Describe a request: who sent it, from where, and what it asked for.

    The user is looked up at the first write. What a middleware further out said with acting_as() stays,
    but for its user. The query string is left out, as it may hold secrets.
    """
    outer = acting.get() or Context()
    request_id, header = _request_id(request)
    address = client_address(request)
    data = {
        "url": request.path,
        "method": request.method,
        "ip_address": address,
        "forwarded_for": None if address else request.META.get("HTTP_X_FORWARDED_FOR"),
        "user_agent": request.META.get("HTTP_USER_AGENT"),
        "request_id_header": header,
    }
    return Context(
        user=LateActor(lambda: _user_of(request)),
        tenant_id=outer.tenant_id,
        request_id=request_id,
        data={**outer.data, **clean(data)},
    )


def _user_of(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    # After `await request.auser()` the user is there, beside a promise in request.user that nobody kept.
    return getattr(request, "_acached_user", user) if is_promise(user) else user


def _request_id(request: HttpRequest) -> tuple[str, str | None]:
    header = conf.get().request_id_header
    sent = header and request.META.get("HTTP_" + header.upper().replace("-", "_"))
    text = plain_text(sent or "").strip()
    return read_request_id(text) if text else (str(uuid4()), None)


def read_request_id(text: str) -> tuple[str, str | None]:
    """
    Read a UUID; any other text gets one that is always the same for it, and is given back beside it.

        read_request_id("6F9619FF8B86D011B42D00CF4FC964FF")  # ("6f9619ff-8b86-d011-b42d-00cf4fc964ff", None)
        read_request_id("req-17")                            # ("b4b2d193-…", "req-17")
    """
    try:
        return str(UUID(text)), None
    except ValueError:
        return str(uuid5(NAMESPACE_URL, text)), text


def client_address(request: HttpRequest) -> str | None:
    """
    Give the address of the client, or None where it cannot be told.

    That is the peer, or behind trusted proxies whom they forwarded for. X-Forwarded-For grows to the right:
    what stands left of the last proxy that we trust is anybody's claim.
    """
    trusted = conf.get().trusted_proxies
    hops = [str(request.META.get("REMOTE_ADDR") or "")]
    if trusted:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")
        hops += [hop for hop in reversed(forwarded) if hop.strip()]
    if isinstance(trusted, int):
        address = read_address(hops[min(trusted, len(hops) - 1)])
    else:
        address = _first_stranger(hops, trusted)
    return None if address is None else str(address)


def _first_stranger(
    hops: list[str], trusted: tuple[IPv4Network | IPv6Network, ...]
) -> IPv4Address | IPv6Address | None:
    address = None
    for hop in hops:
        if not hop:
            continue  # the peer on a unix socket has no address; it is the proxy on this machine
        address = read_address(hop)
        if address is None or not any(address in network for network in trusted):
            break
    return address


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """
    Read an address as servers and proxies write it, or give None.

        read_address(" 192.0.2.7:4711")          # 192.0.2.7
        read_address('"[2001:db8::1%eth0]:443"')  # 2001:db8::1
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
