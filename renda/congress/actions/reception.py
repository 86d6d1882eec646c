"""Reception days (代表接待日): arranged by who keeps the station, announced, and off only with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from renda.congress.models import ReceptionDay, Station, StationDeputy
from renda.congress.selectors import reception_days_for, stations_kept_for
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid, Refused
from renda.kernel.notices.api import register_kind, send
from renda.kernel.privacy.api import clean_text
from renda.kernel.ui.wording import day as in_words

ARRANGED = register_kind("reception.arranged", "代表接待日的安排和取消")
FARTHEST = timedelta(days=400)
MOST_ROWS = 300


@existing("reception.arrange", title="安排代表接待日", permission="reception.arrange", select=stations_kept_for)
def reception_arrange(
    ctx: Context,
    station: Station,
    *,
    people: Sequence[int],
    days: Sequence[date],
    starts_at: time,
    ends_at: time,
    venue: str = "",
) -> list[ReceptionDay]:
    """Deputies who serve at the station receive there (or at ``venue``) on these days; they are told.

    Raises:
        Invalid: nobody or somebody who does not serve there, no day or one that is over or too far, the hours, or a
            day on which one of them receives there already.
        Refused: the station is closed.
    """
    if not station.is_active:
        raise Refused("station.closed", "这个联络站已经关闭。")
    serving = StationDeputy.objects.filter(station=station, person_id__in=people, person__party__is_active=True)
    names = dict(serving.values_list("person_id", "person__party__name"))
    _check(set(people), set(names), days, starts_at, ends_at)
    taken = ReceptionDay.objects.filter(
        station=station, person_id__in=names, day__in=days, cancelled_at__isnull=True
    ).values_list("person_id", "day")
    if clash := next(iter(taken), None):
        said = f"{names[clash[0]]}在{in_words(clash[1])}已有接待安排。"
        raise Invalid("reception.taken", fields={"day": said})
    rows = [
        ReceptionDay(
            tenant_id=station.tenant_id,
            station=station,
            person_id=person,
            day=day,
            starts_at=starts_at,
            ends_at=ends_at,
            venue=clean_text(venue, one_line=True)[:60],
        )
        for day in sorted(set(days))
        for person in names
    ]
    ctx.insert(*rows)
    more = f"等 {len(set(days))} 天" if len(set(days)) > 1 else ""
    title = f"代表接待日：{in_words(min(days))}{more}，{station.name}"
    send(ctx, names, title, url=f"/congress/stations/{station.id}/", kind=ARRANGED, subject=station)
    ctx.detail(rows=len(rows))
    return rows


def _check(people: set[int], serving: set[int], days: Sequence[date], starts_at: time, ends_at: time) -> None:
    today = clock.today()
    faults = {}
    if not people or people - serving:
        faults["people"] = "请选择接待的代表，须是本站的进站代表。"
    if not days or min(days) < today or max(days) > today + FARTHEST:
        faults["day"] = "请选择今天以后、一年以内的日期。"
    if ends_at <= starts_at:
        faults["ends_at"] = "结束时间应晚于开始时间。"
    if len(people) * len(days) > MOST_ROWS:
        faults["people"] = f"一次最多安排 {MOST_ROWS} 人次，请分几次安排。"
    if faults:
        raise Invalid("reception.fields", fields=faults)


@existing("reception.cancel", title="取消代表接待日", permission="reception.arrange", select=reception_days_for)
def reception_cancel(ctx: Context, day: ReceptionDay, *, reason: str) -> ReceptionDay:
    """A deputy does not receive on an announced day; the public sees that, and why, until the day is over.

    Raises:
        Invalid: no reason.
        Refused: off already, or over.
    """
    if day.cancelled_at is not None or day.day < clock.today():
        raise Refused("reception.over", "这次接待已经取消或已经过去。")
    if not (said := clean_text(reason, one_line=True)):
        raise Invalid("reception.reason", fields={"reason": "请写明原因，群众能看到。"})
    day.cancelled_at, day.cancel_reason = ctx.now, said[:100]
    ctx.update(day, "cancelled_at", "cancel_reason")
    title = f"代表接待日取消：{in_words(day.day)}，{day.station.name}"
    url = f"/congress/stations/{day.station_id}/"
    send(ctx, [day.person_id], title, day.cancel_reason, url, kind=ARRANGED, subject=day.station)
    return day
