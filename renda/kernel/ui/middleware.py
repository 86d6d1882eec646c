"""Typed refusals become the fitting page: a view raises, it never writes an error page itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from renda.kernel.errors import RendaError
from renda.kernel.ui import faults


class ErrorMiddleware:
    """Turns a ``RendaError`` of a view into its page or part, with the error's status.

    An address with a NUL is refused (400) before anybody asks the database for it, which has no such character; in a
    form's field it is told at the field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            return faults.respond(request, faults.PAGES[400])
        try:
            return self.get_response(request)
        except RendaError as error:
            # Raised by a middleware further in (a view's errors come through process_exception).
            return faults.respond(request, faults.of(error))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a view's refusal; None leaves anything else to the 500 handler."""
        if isinstance(exception, RendaError):
            return faults.respond(request, faults.of(exception))
        return None
