"""Refusals and faults become pages and parts with the right status, and tell nothing they should not."""

from __future__ import annotations

import logging
import threading
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from renda.kernel import errors
from renda.kernel.ui import views
from renda.kernel.ui.middleware import MOST_BODIES, BodyMiddleware, ErrorMiddleware

# No test here has a database: error pages must not need one.
ERRORS = [
    errors.NotFound(),
    errors.Forbidden(),
    errors.Refused("message.already_answered", "这件留言已经答复。"),
    errors.StateChanged(),
    errors.Invalid("sample.bad_field", fields={"subject": "请填写标题。"}),
    errors.TooLarge(),
    errors.TooMany(),
]


def request(**headers: str) -> HttpRequest:
    return RequestFactory().get("/a/", headers=headers)


def answer(error: Exception, **headers: str) -> HttpResponse | None:
    return ErrorMiddleware(lambda _request: HttpResponse()).process_exception(request(**headers), error)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_refusal_is_a_page_with_its_status_and_sentence(error: errors.RendaError) -> None:
    response = answer(error)
    assert response is not None
    assert response.status_code == error.status
    body = response.content.decode()
    assert error.message in body
    assert "<html" in body
    assert "回到首页" in body
    assert error.code not in body
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_for_htmx_it_is_a_part(error: errors.RendaError) -> None:
    response = answer(error, HX_Request="true")
    assert response is not None
    assert response.status_code == error.status
    body = response.content.decode()
    assert error.message in body
    assert "<html" not in body
    assert response["HX-Reselect"] == "#fault"
    assert 'id="fault"' in body


def test_invalid_lists_its_fields() -> None:
    response = answer(ERRORS[4])
    assert response is not None
    assert "请填写标题。" in response.content.decode()


def test_anything_else_is_left_to_django() -> None:
    assert answer(ValueError("secret detail")) is None


def test_a_refusal_of_an_inner_middleware_is_a_page_too() -> None:
    def inner(_request: HttpRequest) -> HttpResponse:
        raise errors.TooMany

    assert ErrorMiddleware(inner)(request()).status_code == 429


def test_the_sentence_is_escaped() -> None:
    response = answer(errors.Refused("x", "<script>alert(1)</script>"))
    assert response is not None
    assert b"<script>alert" not in response.content


def test_a_fault_has_a_number_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "renda.fault"):
        try:
            raise ValueError("secret detail")
        except ValueError:
            response = views.handler500(request())
    assert response.status_code == 500
    body = response.content.decode()
    assert "secret detail" not in body
    record = caplog.records[0]
    assert isinstance(record.args, tuple)
    assert str(record.args[0]) in body
    assert "secret detail" in caplog.text


def test_a_database_out_of_reach_is_503() -> None:
    try:
        raise OperationalError("connection refused at /some/socket")
    except OperationalError:
        response = views.handler500(request())
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert b"socket" not in response.content


def test_djangos_own_refusals() -> None:
    assert views.handler404(request()).status_code == 404
    assert views.handler403(request()).status_code == 403
    assert views.handler400(request()).status_code == 400
    assert views.handler400(request(), RequestDataTooBig()).status_code == 413
    response = views.csrf_failure(request(), reason="no cookie")
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


@pytest.mark.parametrize(
    ("came_from", "shown"),
    [("http://testserver/b/", True), ("https://evil.example/b/", False), ("", False), ("javascript:alert(1)", False)],
)
def test_the_way_back_stays_in_the_house(came_from: str, shown: bool) -> None:
    response = answer(errors.NotFound(), Referer=came_from)
    assert response is not None
    assert ("返回上一页" in response.content.decode()) is shown


class _Slow(BytesIO):
    """A body that comes in when it is told to."""

    def __init__(self) -> None:
        super().__init__(b"x=1")
        self.asked, self.go = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.set()
        self.go.wait(10)
        return super().read(size)


def test_one_place_alone_does_not_hold_all_threads() -> None:
    """As many slow bodies as it may have, one more is turned away, another place is not, and all is well after."""
    middleware = BodyMiddleware(lambda request: HttpResponse(request.POST.get("x", "")))

    def post(body: Any, address: str) -> HttpResponseBase:
        made = RequestFactory().generic("POST", "/", "x=1", "application/x-www-form-urlencoded", REMOTE_ADDR=address)
        if body is not None:
            made._stream = body  # where Django reads a body from
        return middleware(made)

    slow = [_Slow() for _ in range(MOST_BODIES)]
    threads = [threading.Thread(target=post, args=(one, f"2001:db8::{number}")) for number, one in enumerate(slow)]
    for thread, one in zip(threads, slow, strict=True):
        thread.start()
        assert one.asked.wait(10)
    refused = post(None, "2001:db8::ffff")
    assert (refused.status_code, refused["Retry-After"]) == (429, "2")
    assert post(None, "2001:db8:0:1::1").status_code == 200
    for one in slow:
        one.go.set()
    for thread in threads:
        thread.join()
    assert post(None, "2001:db8::ffff").status_code == 200
