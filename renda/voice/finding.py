"""What the public sees of deputies: found ones in groups, what a deputy did, when she receives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from renda.congress.api import DeputyLevel, DutyFact, FoundDeputy, ReceptionDay
from renda.kernel import clock
from renda.kernel.deadlines.api import Event
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

# So many of one level are shown unfolded; of more only their number, until one asks for them.
UNFOLDED = 24
RECENT_FACTS = 5
NEXT_DAYS = 6
_TITLES = {
    DeputyLevel.TOWNSHIP: "乡镇人大代表",
    DeputyLevel.COUNTY: "县（市、区）人大代表",
    DeputyLevel.CITY: "市人大代表",
    DeputyLevel.PROVINCE: "省人大代表",
    DeputyLevel.NATIONAL: "全国人大代表",
}


@dataclass(frozen=True)
class Group:
    """Deputies whose nearest seat is on one level."""

    title: str
    deputies: tuple[FoundDeputy, ...]
    is_open: bool

    @property
    def is_demo(self) -> bool:
        """Whether all of them are generated people."""
        return all(deputy.is_demo for deputy in self.deputies)


def grouped(found: Sequence[FoundDeputy]) -> list[Group]:
    """By the level of the nearest seat, nearest first; open while few: all together, or those of the nearest level."""
    by_level: dict[DeputyLevel, list[FoundDeputy]] = {}
    for deputy in found:
        by_level.setdefault(deputy.mandates[0].level, []).append(deputy)
    few = len(found) <= UNFOLDED
    return [
        Group(_TITLES[level], tuple(deputies), few or (number == 0 and len(deputies) <= UNFOLDED))
        for number, (level, deputies) in enumerate(by_level.items())
    ]


def _published() -> list[int]:
    return list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))


def recent_facts(person_id: int) -> list[DutyFact]:
    """The last things a deputy did; their titles name no constituent."""
    with tenant_transaction(_published(), durable=False):
        return list(DutyFact.objects.filter(person_id=person_id).order_by("-occurred_at")[:RECENT_FACTS])


def reception_days(*, person_id: int = 0, station_id: int = 0) -> list[ReceptionDay]:
    """The next reception days of a deputy, or at a station; one that is off stays announced as such."""
    with tenant_transaction(_published(), durable=False):
        rows = ReceptionDay.objects.filter(day__gte=clock.today(), station__is_active=True)
        rows = rows.filter(person_id=person_id) if person_id else rows.filter(station_id=station_id)
        rows = rows.select_related("station__place", "person__party").order_by("day", "starts_at", "id")
        return list(rows[:NEXT_DAYS])


def as_events(days: Iterable[ReceptionDay]) -> list[Event]:
    """Reception days as entries of a calendar, without those that are off."""
    return [
        Event(
            uid=f"reception-{day.id}@renda",
            starts_at=timezone.make_aware(datetime.combine(day.day, day.starts_at)),
            ends_at=timezone.make_aware(datetime.combine(day.day, day.ends_at)),
            title=f"代表接待日：{day.person.name}",
            updated_at=clock.now(),
            place=day.venue or f"{day.station.name} {day.station.address}".strip(),
        )
        for day in days
        if day.cancelled_at is None
    ]
