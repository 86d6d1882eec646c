"""Quiet hours (免打扰时段): when nobody's telephone rings for what can wait until morning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from renda.kernel.notices.models import Timing


@dataclass(frozen=True)
class QuietHours:
    """From a local time until another, also over midnight; the same twice: none."""

    starts: time
    ends: time

    @classmethod
    def of_site(cls) -> QuietHours:
        """Those of whoever has chosen none.

        Raises:
            ValueError: the setting is not of the form 21:00-08:00.
        """
        starts, _, ends = settings.RENDA_QUIET_HOURS.partition("-")
        return cls(time.fromisoformat(starts.strip()), time.fromisoformat(ends.strip()))

    def after(self, at: datetime) -> datetime:
        """``at``, or when it falls into the quiet hours, their end."""
        local = timezone.localtime(at)
        now = local.time()
        over_midnight = self.starts > self.ends
        quiet = (now >= self.starts or now < self.ends) if over_midnight else (self.starts <= now < self.ends)
        if not quiet:
            return at
        day = local.date() + timedelta(days=1 if over_midnight and now >= self.starts else 0)
        return timezone.make_aware(datetime.combine(day, self.ends))


def quiet_hours(people: Iterable[int]) -> dict[int, QuietHours]:
    """The quiet hours of these persons; one query."""
    site, people = QuietHours.of_site(), list(people)
    chosen = Timing.objects.filter(party_id__in=people).values_list("party_id", "quiet_from", "quiet_until")
    found = dict.fromkeys(people, site)
    for person, starts, ends in chosen:
        if starts is not None and ends is not None:
            found[person] = QuietHours(starts, ends)
    return found
