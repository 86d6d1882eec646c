"""Events as an iCalendar file (RFC 5545): reception days, meetings, dues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
_LINE_OCTETS = 75
# China has had no summer time since 1991, so one standard offset describes the zone.
_ZONE_LINES = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19920101T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry; moments are aware. The same ``uid`` with a higher ``sequence`` replaces an earlier one."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    updated_at: datetime
    place: str = ""
    description: str = ""
    url: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def ics(events: Iterable[Event], *, name: str = "") -> bytes:
    """The calendar file as UTF-8 with CRLF, lines folded at 75 octets, times in Asia/Shanghai.

    Raises:
        ValueError: an event ends before it starts, or a moment is naive.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//renda//calendar//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines.append(f"X-WR-CALNAME:{_text(name)}")
    lines.extend(_ZONE_LINES)
    for event in events:
        lines.extend(_event_lines(event))
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event_lines(event: Event) -> Iterator[str]:
    if event.starts_at.tzinfo is None or event.ends_at.tzinfo is None or event.updated_at.tzinfo is None:
        raise ValueError(f"event {event.uid} has a moment without a time zone")
    if event.ends_at < event.starts_at:
        raise ValueError(f"event {event.uid} ends before it starts")
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{event.updated_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID={ZONE}:{_local(event.starts_at)}"
    yield f"DTEND;TZID={ZONE}:{_local(event.ends_at)}"
    yield f"SUMMARY:{_text(event.title)}"
    for key, value in (("LOCATION", event.place), ("DESCRIPTION", event.description)):
        if value:
            yield f"{key}:{_text(value)}"
    if event.url:
        # A URI is not TEXT and is not escaped; a line break in it would start a line of its own.
        yield "URL:" + "".join(event.url.split())
    yield f"SEQUENCE:{event.sequence}"
    yield "STATUS:CANCELLED" if event.is_cancelled else "STATUS:CONFIRMED"
    yield "END:VEVENT"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONE)):%Y%m%dT%H%M%S}"


def _text(value: str) -> str:
    """TEXT of RFC 5545 3.3.11; other control characters may not stand in a file and go."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(character for character in value if character >= " " and character != "\x7f")


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never inside a character; each further one begins with a blank."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > _LINE_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
