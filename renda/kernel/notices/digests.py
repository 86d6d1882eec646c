"""The daily digest (每日摘要): what waits, as one notice a day at an hour the person picks. Capabilities fill it.

The same sections make the page 今日摘要, so that the notice only says how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from renda.kernel.notices.models import Subscription, Timing
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party

HOURS = range(6, 21)  # local hours to choose from
USUAL_HOUR = 8  # for who has subscribed to something and chosen no hour


@dataclass(frozen=True)
class Line:
    """One matter: what it is, and an address of this house."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Found:
    """What a section has for somebody: how many in all, the first of them, and where all are (``url``)."""

    total: int = 0
    lines: Sequence[Line] = field(default_factory=tuple)
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the digest. ``unit`` is the measure word of its count (3 件)."""

    key: str
    title: str
    collect: Callable[[Actor], Found]
    order: int = 50
    unit: str = "件"


SECTIONS: dict[str, Section] = {}
_actors: list[Callable[[int], Actor]] = []


def register_section(section: Section) -> None:
    """Register a part of the digest.

    Raises:
        ValueError: the key is taken by a different section.
    """
    if SECTIONS.setdefault(section.key, section) != section:
        raise ValueError(f"digest section {section.key} is registered twice")


def register_actors(actor_of: Callable[[int], Actor]) -> None:
    """Register who knows what a person may do today: from a person's party id to her actor."""
    _actors[:] = [actor_of]


def actor_of(person: int) -> Actor:
    """The actor of a person as of now; the public where nobody knows people."""
    return _actors[0](person) if _actors else Actor.public()


def collect(actor: Actor) -> list[tuple[Section, Found]]:
    """The sections that have something for the actor, in order. Runs inside her scope."""
    found = ((section, section.collect(actor)) for section in sorted(SECTIONS.values(), key=lambda each: each.order))
    return [(section, each) for section, each in found if each.total]


def summary(parts: Sequence[tuple[Section, Found]]) -> str:
    """``待我办理 3 件，已超期 1 件``."""
    return "，".join(f"{section.title} {found.total} {section.unit}" for section, found in parts)


def words(parts: Sequence[tuple[Section, Found]]) -> str:
    """The notice's body: each section with its first matters."""
    blocks = []
    for section, found in parts:
        more = found.total - len(found.lines)
        lines = [f"· {line.text}" for line in found.lines] + ([f"· 另有 {more} {section.unit}"] if more > 0 else [])
        blocks.append("\n".join([f"【{section.title}】{found.total} {section.unit}", *lines]))
    return "\n".join(blocks)


def due(at: datetime) -> list[int]:
    """Who is to get today's digest by this moment and has not got it; also late, when the job could not run at the hour."""
    local = timezone.localtime(at)
    mine = Timing.objects.filter(party_id=OuterRef("pk"))
    told = mine.filter(digested_on__gte=local.date())
    chosen = mine.filter(digest_hour__lte=local.hour)
    people = Party.objects.filter(kind=Party.Kind.PERSON, is_active=True).exclude(Exists(told))
    wanted = Q(Exists(chosen))
    if local.hour >= USUAL_HOUR:
        wanted |= Q(Exists(Subscription.objects.filter(party_id=OuterRef("pk")))) & ~Q(
            Exists(mine.filter(digest_hour__isnull=False))
        )
    return list(people.filter(wanted).order_by(F("pk")).values_list("pk", flat=True))


def wants_sections(person: int) -> bool:
    """Whether she has chosen an hour; who has only subscribed to something is told only that."""
    return Timing.objects.filter(party_id=person, digest_hour__isnull=False).exists()


def mark(person: int, at: datetime) -> bool:
    """Note that she has today's; False when that was noted before (the job ran twice)."""
    today = timezone.localtime(at).date()
    Timing.objects.bulk_create([Timing(party_id=person)], ignore_conflicts=True)
    pending = Q(digested_on=None) | Q(digested_on__lt=today)
    return bool(Timing.objects.filter(pending, party_id=person).update(digested_on=today))
