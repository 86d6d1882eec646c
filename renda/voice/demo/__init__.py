"""The lived-in city: a year of messages that renda's own generator writes, through the same actions as real ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from django.utils import timezone

from renda.congress.api import Congress, CongressLevel, actor_for
from renda.kernel import clock
from renda.kernel.errors import Refused
from renda.kernel.flow.api import to_do
from renda.kernel.flow.library import publish_shipped
from renda.kernel.flow.machine import everywhere
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice.demo.desks import Desk
from renda.voice.demo.lives import begin, live
from renda.voice.demo.player import Plan, Player
from renda.voice.demo.poses import Poses
from renda.voice.demo.publications import publish_some
from renda.voice.replay_people import People

SEED = 421102
MESSAGES = 1200
TOWNSHIPS = 42
DAYS = 365
# The township whose people have printed sign-ins (``renda.congress.demo``); without it, the first one.
HOME = "421102101000"


def build(say: Callable[[str], None], *, messages: int = MESSAGES, townships: int = TOWNSHIPS) -> None:
    """Fill the demo city with messages unless they are there; an interrupted run goes on where it was.

    ``say`` gets one line a step. The same seed gives the same texts and fates; the year ends now.
    """
    tops = Congress.objects.filter(tenant__parent__isnull=True, is_demo=True)
    if not tops.exists():
        return
    end = clock.now()
    publish_shipped()
    desks = _desks(townships)
    if not desks:
        say("演示城市的岗位人员不齐，没有生成演示留言。")
        return
    plans = _plans(desks, messages, end)
    player = Player(end, _progress(say, sum(plan.steps(end) for plan in plans)))
    # The last plan needs nothing more, and comes in when all others are played: where it is, all is done.
    if player.is_there(plans[-1]):
        say("演示留言已经生成。")
        _renew(say, desks[0], end)
        return
    say(f"正在生成一年的演示留言及办理过程（{len(plans):,} 件）……")
    player.play(plans[:-1])
    player.play(plans[-1:])
    say(f"  公开了 {publish_some(desks, end)} 件演示留言。")


def _renew(say: Callable[[str], None], home: Desk, end: datetime) -> None:
    """Give the deputy of the printed sign-ins something to do again, once a day, when her bench has emptied by itself."""
    deputy = home.deputies[0]
    with tenant_transaction(everywhere()):
        if home.above is None or to_do(actor_for(deputy)).exists():
            return
    day = timezone.localdate(end).isoformat()
    plans = list(Poses(Random(f"{SEED} {day}"), home, home.above, end).today(day))
    for plan in plans:
        plan.key = sha256(f"demo {SEED} {home.tenant.id} {plan.key}".encode()).hexdigest()
    Player(end).play(plans)
    say("演示代表的待办已经办空，新添了几件。")


def _progress(say: Callable[[str], None], total: int) -> Callable[[int], None]:
    """Say every tenth of the way."""
    done = 0

    def advance(steps: int) -> None:
        nonlocal done
        tenth = done * 10 // total
        done += steps
        if done * 10 // total > tenth:
            say(f"  {done * 10 // total}0%")

    return advance


def _desks(townships: int) -> list[Desk]:
    """The city, its counties, and some townships of each county; the township of the printed sign-ins first."""
    public = Actor.public(everywhere())
    rows = list(Congress.objects.filter(is_demo=True, tenant__is_active=True).select_related("tenant", "place"))
    rows.sort(key=lambda congress: (congress.place.code != HOME, congress.place.code))
    by_level = {level: [row for row in rows if row.level == level] for level in CongressLevel}
    above: dict[int, Desk] = {}
    for level in (CongressLevel.CITY, CongressLevel.COUNTY):
        for congress in by_level[level]:
            desk = _desk(congress, public, above.get(congress.tenant.parent_id or 0))
            if desk is not None:
                above[congress.tenant_id] = desk
    all_of_them = by_level[CongressLevel.TOWNSHIP]
    step = max(1, len(all_of_them) // max(1, townships))
    chosen = [_desk(congress, public, above.get(congress.tenant.parent_id or 0)) for congress in all_of_them[::step]]
    return [desk for desk in chosen[:townships] if desk is not None] + list(above.values())


def _desk(congress: Congress, public: Actor, above: Desk | None) -> Desk | None:
    try:
        people = People.of(congress)
        people.unit_for(())
        return Desk(people, public, above)
    except Refused:
        return None  # A congress that nobody works in yet gets no messages.


def _plans(desks: list[Desk], messages: int, end: datetime) -> list[Plan]:
    rng = Random(SEED)
    home = desks[0]
    weights = [_weight(desk, home) for desk in desks]
    plans = []
    for number in range(messages):
        desk = rng.choices(desks, weights)[0]
        own = Random(f"{SEED} {number}")
        life = begin(own, desk, f"life {number}", _some_time(own, end), deputy=own.random() < 0.85)
        plans.append(live(life))
    plans.sort(key=lambda plan: plan.submission.at)
    if home.above is not None:
        plans += Poses(Random(SEED), home, home.above, end).plans()
    for plan in plans:
        plan.key = sha256(f"demo {SEED} {home.tenant.id} {messages} {plan.key}".encode()).hexdigest()
    return [plan for plan in plans if plan.submission.at <= end]


def _weight(desk: Desk, home: Desk) -> float:
    """The township and county of the printed sign-ins have more to do than the others."""
    if desk in (home, home.above):
        return 6.0
    return {CongressLevel.TOWNSHIP: 1.0, CongressLevel.COUNTY: 2.0, CongressLevel.CITY: 3.0}[
        CongressLevel(desk.congress.level)
    ]


def _some_time(rng: Random, end: datetime) -> datetime:
    """Some moment of the last year, by day, a few more of late."""
    days = DAYS * (1 - rng.random() ** 0.8)
    day = timezone.localtime(end - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(day + timedelta(hours=rng.triangular(7, 22, 19)), end)
