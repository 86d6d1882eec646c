"""A public message as pages show it, out of its copy. The reviewer's preview is made from the same (``public_body``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy
from renda.kernel.ui.shapes import State, Step
from renda.voice.similar import pairs

A_PAGE = 20
DONE_SHOWN = 5  # on a deputy's and a station's page


def page_of(body: dict[str, Any], photos: Sequence[str]) -> dict[str, Any]:
    """The context of ``voice/published_body.html``. ``photos``: an address for each photo."""
    return {
        "said": body,
        "state": State(body["state"]["word"], body["state"]["tone"]),
        "steps": steps_of(body["steps"]),
        "photos": photos,
        "published_at": datetime.fromisoformat(body["published_at"]),
    }


def steps_of(said: Sequence[dict[str, Any]]) -> list[Step]:
    """Steps as a copy says them."""
    return [Step(step["title"], _at(step["at"]), step["status"]) for step in said]


def _at(text: str) -> date | datetime | str | None:
    """A moment, a day, or words such as 9月12日前."""
    for read in (datetime.fromisoformat, date.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text or None


def message(key: str) -> Copy | None:
    """One public message."""
    return public_zone.one("message", key) if key else None


def found(
    *, words: str = "", place: str = "", category: str = "", deputy: str = "", station: str = "", after: str = ""
) -> tuple[list[Copy], str]:
    """A page of public messages, newest first, and where the next page begins (empty: there is none)."""
    terms = [
        f"{name}:{value}"
        for name, value in (("in", place), ("category", category), ("deputy", deputy), ("station", station))
        if value
    ]
    terms += [f"pair:{pair}" for pair in sorted(pairs(words))]
    rows = public_zone.found("message", all_of=terms, saying=words, after=after, most=A_PAGE + 1)
    return rows[:A_PAGE], rows[A_PAGE - 1].sort if len(rows) > A_PAGE else ""


def done_for(term: str) -> list[Copy]:
    """The last public messages of ``deputy:ID`` or ``station:ID``."""
    return public_zone.found("message", all_of=[term], most=DONE_SHOWN)
