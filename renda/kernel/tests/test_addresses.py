"""The address of the connection counts; a header only where one of this site's own proxies wrote it."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from renda.kernel.addresses import ClientAddressMiddleware, client_address, network_of

PROXIES = ("127.0.0.1", "10.0.0.0/24", "fd00::/64")


@pytest.fixture
def proxies(settings: Any) -> None:
    settings.RENDA_TRUSTED_PROXIES = [ip_network(text) for text in PROXIES]


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "203.0.113.7", ""])
def test_without_proxies_no_header_is_believed(peer: str) -> None:
    assert client_address(peer, "198.51.100.1, 198.51.100.2") == peer


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("127.0.0.1", "198.51.100.1, <script>", "127.0.0.1"),
        ("127.0.0.1", "1.1.1.1, unknown, 10.0.0.9", "10.0.0.9"),
        ("127.0.0.1", "198.51.100.1:40001", "198.51.100.1"),
        ("fd00::5", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.3", " 2001:db8::1 ", "2001:db8::1"),
        ("no address", "198.51.100.1", "no address"),
    ],
)
def test_only_what_our_proxies_wrote_is_believed(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded) == address


@pytest.mark.usefixtures("proxies")
def test_everything_behind_the_middleware_means_the_browser() -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    for peer in ("127.0.0.1", "203.0.113.7"):
        request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": "198.51.100.1"})
        ClientAddressMiddleware(view)(request)
    assert seen == ["198.51.100.1", "203.0.113.7"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_subscriber_of_ipv6_is_one_place(address: str, place: str) -> None:
    assert network_of(address) == place


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "127.0.0.1@evil.example"}, {"Host": "127.0.0.1:80:80"}]
)
def test_a_forged_host_gets_no_page(headers: dict[str, str]) -> None:
    assert Client(headers=headers).get("/receipt/").status_code == 400


@pytest.mark.django_db
def test_a_forwarded_host_is_not_read() -> None:
    """What a page says of its own address comes from the settings or from Host, which is checked."""
    answer = Client(headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}).get("/receipt/")
    assert answer.status_code == 200
    assert (answer.wsgi_request.get_host(), answer.wsgi_request.is_secure()) == ("testserver", False)
    assert "evil.example" not in answer.content.decode()
