"""Where a request comes from. The address of the connection counts; a header is believed only from this site's proxies."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# What one subscriber of IPv6 is given (RFC 6177): to count single addresses there would count nothing.
_SUBSCRIBER = 64


def client_address(peer: str, forwarded: str) -> str:
    """The browser's address: ``peer`` itself, or what the trusted proxies say in ``X-Forwarded-For``.

    Read from its end, where our own proxies write: the first address that is none of them is the browser. What stands
    before it was sent by the browser and may be a lie. ``RENDA_TRUSTED_PROXIES`` is empty by default.
    """
    known = peer
    for word in reversed(forwarded.split(",")):
        if not _is_trusted(known):
            break
        told = _address(word)
        if told is None:
            break
        known = told
    return known


def network_of(address: str) -> str:
    """What is counted as one place when tries are limited: an IPv4 address, a subscriber's network of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), _SUBSCRIBER), strict=False))
    return str(found)


class ClientAddressMiddleware:
    """Sets ``REMOTE_ADDR`` to the browser's address, so that everything behind it means the same by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        request.META["REMOTE_ADDR"] = client_address(peer, forwarded)
        return self.get_response(request)


def _is_trusted(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.RENDA_TRUSTED_PROXIES)


def _address(word: str) -> str | None:
    """An address as a proxy writes it, perhaps with its port; None when it is none."""
    word = word.strip()
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        return str(ip_address(word))
    except ValueError:
        return None


def passkey_host(url: str) -> str:
    """The name that passkeys of a site at ``url`` belong to (RP id, W3C Web Authentication); empty where none may be.

    A number is no name, and over plain http anybody on the way could ask for a passkey; ``localhost`` never leaves the
    machine.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    is_number = ":" in name or name.replace(".", "").isdigit()
    return name if name and not is_number and (parts.scheme == "https" or name == "localhost") else ""
