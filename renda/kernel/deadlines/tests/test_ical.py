"""The calendar file: folding, escaping, zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel.deadlines.ical import Event, ics

RECEPTION = Event(
    uid="reception-1@renda",
    starts_at=datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 3, 30, tzinfo=UTC),
    title="代表接待日；请带材料,谢谢",
    updated_at=datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
    place="某街道代表联络站",
)


def unfolded(data: bytes) -> list[str]:
    return data.replace(b"\r\n ", b"").decode().split("\r\n")


def test_one_event() -> None:
    lines = unfolded(ics([RECEPTION], name="接待日"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;TZID=Asia/Shanghai:20261201T090000" in lines
    assert "DTEND;TZID=Asia/Shanghai:20261201T113000" in lines
    assert "DTSTAMP:20261124T070000Z" in lines
    assert "SUMMARY:代表接待日；请带材料\\,谢谢" in lines
    assert "X-WR-CALNAME:接待日" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_stays_in_its_line(text: str) -> None:
    data = ics([replace(RECEPTION, title=text)])
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert b"\n" not in line
        assert b"\r" not in line
    assert len([line for line in unfolded(data) if line.startswith("BEGIN:VEVENT")]) == 1


def test_a_line_break_starts_no_line_of_its_own() -> None:
    data = ics([replace(RECEPTION, description="一\r\nSTATUS:CANCELLED", url="https://a.example/\r\nX:1")])
    lines = unfolded(data)
    assert "STATUS:CANCELLED" not in lines
    assert "X:1" not in lines
    assert "DESCRIPTION:一\\nSTATUS:CANCELLED" in lines


def test_a_cancelled_event_says_so() -> None:
    lines = unfolded(ics([replace(RECEPTION, is_cancelled=True, sequence=2)]))
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:2" in lines


def test_what_cannot_be_an_event_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        ics([replace(RECEPTION, ends_at=RECEPTION.starts_at.replace(hour=0))])
    with pytest.raises(ValueError, match="time zone"):
        ics([replace(RECEPTION, starts_at=RECEPTION.starts_at.replace(tzinfo=None))])
