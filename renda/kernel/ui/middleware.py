"""Typed refusals become the fitting page: a view raises, it never writes an error page itself."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError

from renda.kernel.addresses import network_of
from renda.kernel.errors import RendaError, TooMany
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
            response = self.get_response(request)
            if response.status_code == 405 and faults.is_machine(request):
                refused = faults.respond(request, faults.PAGES[405])
                refused["Allow"] = response.get("Allow", "")
                return refused
            return response
        except RendaError as error:
            # Raised by a middleware further in (a view's errors come through process_exception).
            return faults.respond(request, faults.of(error))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a view's refusal; None leaves anything else to the 500 handler."""
        if isinstance(exception, RendaError):
            return faults.respond(request, faults.of(exception))
        return None


# Of a web process's eight threads; a form's body takes one while it comes in.
MOST_BODIES = 6
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class BodyMiddleware:
    """Reads what a browser sends, and lets no place alone hold all threads by sending slowly.

    A form comes in whole within milliseconds, or through a proxy that has collected it. Whoever sends a byte a second on
    many connections keeps ``MOST_BODIES`` threads of a process and hears 429 on the others. It stands before whatever
    reads the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._lock = threading.Lock()
        self._reading: Counter[str] = Counter()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
            try:
                with self._turn(network_of(request.META.get("REMOTE_ADDR", ""))):
                    # Read and kept by the request; what is wrong with it is said where it is used.
                    _ = request.POST if request.content_type in _FORMS else request.body
            except UnreadablePostError:
                # Whoever sent it is gone.
                return HttpResponse(status=400)
            except TooMany as error:
                return faults.respond(request, faults.of(error))
        return self.get_response(request)

    @contextmanager
    def _turn(self, place: str) -> Iterator[None]:
        with self._lock:
            if self._reading[place] >= MOST_BODIES:
                raise TooMany("body.too_many", "同一网络正在提交的内容太多，请稍等几秒再试。", seconds=2)
            self._reading[place] += 1
        try:
            yield
        finally:
            with self._lock:
                self._reading[place] -= 1
                if not self._reading[place]:
                    del self._reading[place]
