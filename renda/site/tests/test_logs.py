"""What a browser sends cannot forge a line of the log."""

from __future__ import annotations

import logging
import sys
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from renda.site.logs import LineFormatter


@pytest.fixture
def written() -> Any:
    """What the site's own handler would write."""
    logged: Any = settings.LOGGING
    form = logged["formatters"]["line"]
    assert form["()"] == f"{LineFormatter.__module__}.{LineFormatter.__name__}"
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(LineFormatter(form["format"], style=form["style"]))
    logging.getLogger().addHandler(handler)
    yield out
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_a_line_end_in_an_address_is_written_out(written: StringIO, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Client().get("/no-such/%0A2026-11-24%2009:00:00%20INFO%20audit%20all%20is%20well%1b[2J")
    assert "all is well" in written.getvalue()
    for line in written.getvalue().splitlines():
        assert not line.startswith("2026-11-24 09:00:00 INFO audit")
    assert "\x1b" not in written.getvalue()


def test_a_traceback_keeps_its_lines() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "fault at %s", ("/a\nb",), sys.exc_info())
    text = LineFormatter("{message}", style="{").format(record)
    assert text.splitlines()[0] == r"fault at /a\x0ab"
    assert "Traceback" in text.splitlines()[1]
