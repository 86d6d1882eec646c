"""The public zone as a second server of the test process: its own addresses and middleware beside the inner one's."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from renda.site import public_zone as made_of

MIDDLEWARE = ["tests.browser.public.PublicAddresses", *made_of.MIDDLEWARE]


class PublicAddresses:
    """Every request to this server is for the public zone's addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = made_of.URLCONF  # type: ignore[attr-defined] # Django's documented attribute
        return self.get_response(request)
