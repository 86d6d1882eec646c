"""Refusals and faults become pages and parts with the right status, and tell nothing they should not."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from renda.kernel import errors
from renda.kernel.ui import views
from renda.kernel.ui.middleware import ErrorMiddleware

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
