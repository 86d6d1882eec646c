"""What everybody may read of messages: the reviewed text with its answer and steps, and the painted photos.

Whatever may not be public is left out here too, so that no act which forgot to take it back can show it.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from renda.congress.api import Congress, CongressLevel, Place, PlaceLevel
from renda.kernel.exchange.api import Draft
from renda.kernel.files.api import StoredFile, content_of
from renda.kernel.ui.shapes import Step
from renda.voice.models import Message, Publication, Stage
from renda.voice.similar import pairs, telling_pairs
from renda.voice.telling import STATES, public_steps
from renda.voice.words import PHOTOS

# Whether its writer has rated it is nobody else's business.
_PUBLIC_WORDS = {Stage.RATING: "已答复", Stage.JUDGE: "已答复"}
_LATEST = 9_999_999_999_999  # milliseconds; what is newer sorts first


def _public() -> QuerySet[Publication]:
    rows: QuerySet[Publication] = Publication.objects.filter(
        is_public=True,
        message__may_publish=True,
        message__is_sealed=False,
        message__concerns_person=False,
        message__accepted_at__isnull=False,
    ).exclude(message__stage__in=(Stage.REDIRECTED, Stage.TERMINATED))
    return rows


def public_of(messages: Iterable[int]) -> dict[int, Publication]:
    """By message: what is public of it now."""
    return {row.message_id: row for row in _public().filter(message_id__in=list(messages))}


def public_keys() -> Iterable[str]:
    """The messages that are public."""
    return map(str, _public().order_by("message_id").values_list("message_id", flat=True))


def build_public(wanted: Sequence[str]) -> Iterator[Draft]:
    """``in:CODE`` (township and county), ``near:TENANT`` (congresses of the same county), ``category:``, ``deputy:``,
    ``station:``, ``pair:`` (every pair of characters) and ``like:`` (those that say what it is about). Newest first.
    """
    rows = _public().filter(message_id__in=[int(key) for key in wanted if key.isdigit()])
    found = list(
        rows.select_related(
            "message__tenant__congress__place__parent",
            "message__place__parent__parent",
            "message__deputy__party",
            "message__station",
            "message__lead_unit",
        ).defer(
            "message__body",
            "message__proposal",
            "message__contact_name",
            "message__contact_phone",
        )
    )
    near = _neighbours([row.message for row in found])
    for row in found:
        body = public_body(row.message, row)
        terms = [f"in:{code}" for code in body["place"]["codes"]]
        terms += [f"near:{tenant}" for tenant in near[row.message.tenant_id]]
        if row.message.category:
            terms.append(f"category:{row.message.category}")
        if row.message.deputy_id:
            terms.append(f"deputy:{row.message.deputy_id}")
        if row.message.station_id:
            terms.append(f"station:{row.message.station_id}")
        words = "\n".join((row.subject, row.body, row.answer))
        terms += [f"pair:{pair}" for pair in pairs(words)]
        terms += [f"like:{pair}" for pair in telling_pairs(row.subject, row.body)]
        age = _LATEST - int(row.published_at.timestamp() * 1000)
        yield Draft(str(row.message_id), body, terms, words, f"{age:013d}-{row.message_id}")


def public_body(message: Message, public: Publication, photos: int | None = None) -> dict[str, Any]:
    """What the page shows. The preview makes its page from the same, with a ``public`` that is not stored."""
    state = STATES[message.state_key]
    return {
        "id": str(message.pk),
        "subject": public.subject,
        "body": public.body,
        "answer": public.answer,
        "place": coarse_place(message),
        "category": message.category,
        "state": {"word": _PUBLIC_WORDS.get(Stage(message.stage), state.word), "tone": state.tone},
        "solved": message.get_solved_display(),
        "steps": [step_said(step) for step in public_steps(message)],
        "month": f"{timezone.localtime(message.submitted_at):%Y年%-m月}",
        "deputy": {"id": message.deputy_id, "name": message.deputy.name} if message.deputy else None,
        "station": (
            {"id": message.station.pk, "tenant_id": message.station.tenant_id, "name": message.station.name}
            if message.station
            else None
        ),
        "unit": message.lead_unit.name if message.lead_unit else "",
        "photos": len(public.photos) if photos is None else photos,
        "published_at": public.published_at.isoformat(),
        # What is over is not joined: if the trouble is still there, that is a new message.
        "may_join": message.concluded_at is None,
        "is_demo": message.is_demo,
    }


def step_said(step: Step) -> dict[str, str]:
    """A step in what JSON can say."""
    at = step.at if isinstance(step.at, str) else step.at.isoformat() if step.at else ""
    return {"title": step.title, "at": at, "status": step.status}


def coarse_place(message: Message) -> dict[str, Any]:
    """Where it is, no nearer than the township: its name, and the codes of township and county."""
    place: Place | None = message.place
    if place is not None and place.level == PlaceLevel.VILLAGE:
        place = place.parent
    if place is None:
        place = message.tenant.congress.place
    above = place.parent if place.level == PlaceLevel.TOWNSHIP else None
    name = f"{above.name}{place.name}" if above is not None else place.name
    return {"name": name, "codes": [one.code for one in (place, above) if one is not None]}


def _neighbours(messages: Iterable[Message]) -> dict[int, list[int]]:
    """By congress: those of the same county, itself among them. A city's has only itself."""
    county_of: dict[int, int] = {}
    for message in messages:
        congress: Congress = message.tenant.congress
        if congress.level != CongressLevel.CITY:
            is_township = congress.level == CongressLevel.TOWNSHIP
            county_of[congress.tenant_id] = (is_township and congress.place.parent_id) or congress.place_id
    counties = set(county_of.values())
    there: defaultdict[int, list[int]] = defaultdict(list)
    rows = Congress.objects.exclude(level=CongressLevel.CITY).values_list("tenant_id", "place_id", "place__parent_id")
    for tenant_id, place_id, parent_id in rows:
        for county in counties & {place_id, parent_id or place_id}:
            there[county].append(tenant_id)
    found = {tenant: sorted(there[county]) for tenant, county in county_of.items()}
    return defaultdict(
        list, {message.tenant_id: found.get(message.tenant_id, [message.tenant_id]) for message in messages}
    )


# --- photos -----------------------------------------------------------------------------------------------------------------


def photo_keys() -> Iterator[str]:
    """``MESSAGE-NUMBER`` of every photo that is shown."""
    for message_id, photos in _public().order_by("message_id").values_list("message_id", "photos"):
        yield from (f"{message_id}-{number}" for number in range(1, len(photos) + 1))


def expand_photos(words: Sequence[str]) -> Iterable[str]:
    """All that ``message:ID`` may have or have had."""
    return [
        f"{word.partition(':')[2]}-{number}"
        for word in words
        if word.startswith("message:")
        for number in range(1, PHOTOS + 1)
    ]


def build_photos(wanted: Sequence[str]) -> Iterator[Draft]:
    """The painted copies, as text. The address of a photo names its message and its place, never a file."""
    asked = {key: key.partition("-")[::2] for key in wanted}
    public = public_of(int(message) for message, _ in asked.values() if message.isdigit())
    shown = {
        key: public[int(message)].photos[int(number) - 1]["shown"]
        for key, (message, number) in asked.items()
        if number.isdigit() and int(message) in public and 1 <= int(number) <= len(public[int(message)].photos)
    }
    files = StoredFile.objects.in_bulk(set(shown.values()))
    for key, file in shown.items():
        if file in files:
            yield Draft(key, {"jpeg": base64.b64encode(content_of(files[file])).decode()})
