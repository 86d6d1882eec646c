"""What the system proposes for a message – category, place, unit, door – each with its reasons. A person decides."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from renda.congress.api import Place, PlaceLevel, PlaceMatcher
from renda.voice.sorter import remit, unit
from renda.voice.sorter.classify import classify
from renda.voice.sorter.place import Gazetteer, Row, match

GAZETTEER_MINUTES = 10


def propose(subject: str, body: str) -> dict[str, Any]:
    """The proposal kept with a message, as JSON: category, runner_up, places, units, doors and their reasons."""
    verdict = classify(subject, body)
    places = match(f"{subject}\n{body}", _gazetteer(int(time.monotonic() // (60 * GAZETTEER_MINUTES))))
    doors = remit.check(subject, body)
    return {
        "category": verdict.category,
        "runner_up": verdict.runner_up,
        "confidence": round(verdict.confidence, 2),
        "reasons": list(verdict.reasons),
        "places": [{"code": guess.code, "name": guess.name, "reason": guess.reason} for guess in places[:2]],
        "units": [
            {"kind": guess.kind, "title": guess.title, "reason": guess.reason}
            for guess in unit.propose(subject, body, verdict.category)
        ],
        "doors": [
            {"key": door.key, "title": door.title, "door": door.door, "advice": door.advice, "reason": door.reason}
            for door in doors
        ],
    }


@lru_cache(maxsize=1)
def _gazetteer(_period: int) -> Gazetteer:
    """The places that have a congress and what lies in them; read anew every ten minutes."""
    level = {PlaceLevel.COUNTY: "county", PlaceLevel.TOWNSHIP: "township", PlaceLevel.VILLAGE: "village"}
    rows = Place.objects.filter(level__in=level, valid_to=None, parent__parent__isnull=False).values_list(
        "code", "name", "level", "parent__code"
    )
    return Gazetteer(Row(code, name, level[PlaceLevel(kind)], parent) for code, name, kind, parent in rows)  # type: ignore[arg-type]


def forget() -> None:
    """Read the places anew at the next message (after an import; in tests)."""
    _gazetteer.cache_clear()
    PlaceMatcher.forget()
