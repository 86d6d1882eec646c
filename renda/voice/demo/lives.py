"""What happens to a message in a year of a lived-in city: who does what, how soon, with what words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from renda.congress.api import Organisation, Person, Station
from renda.kernel.deadlines import api as deadlines
from renda.kernel.parties import Actor
from renda.voice.demo.desks import Desk
from renda.voice.demo.player import Act, Plan
from renda.voice.generator import Outcome, SyntheticMessage, answer, comment, deputy_note, generate, outcomes
from renda.voice.generator.writer import Mood
from renda.voice.models import Channel, Door, Satisfaction, Solved, Verdict

_DAY = timedelta(days=1)
# How often a text about a given department is looked for.
_TRIES = 80
_MOODS: dict[Satisfaction, Mood] = {
    Satisfaction.SATISFIED: "satisfied",
    Satisfaction.FAIR: "fair",
    Satisfaction.DISSATISFIED: "dissatisfied",
}
_REDIRECTS = (
    (Door.COURT, "您反映的事项正在法院审理，请向承办法院了解。"),
    (Door.PETITION, "该事项已在 12345 办理，请凭工单号向原受理单位查询。"),
    (Door.ENFORCEMENT, "属具体执法案件，依法由办案机关处理。"),
    (Door.OTHER, "属商业服务纠纷，请先向经营者或行业主管部门反映。"),
)
_SENT_BACK = (
    "经现场核实，该处不在我单位管辖范围，建议由相关单位办理。",
    "事项涉及其他部门职责，按职责清单应由其牵头。",
)
_LOGS = (
    ("telephone", "已电话联系反映人，核实地点和诉求。"),
    ("site", "已到现场查看，情况基本属实。"),
    ("visit", "已上门说明初步意见。"),
)
_JUDGED = {
    Verdict.REDO: "情况属实，问题没有真正解决，退回重新办理。",
    Verdict.EXPLAINED: "已向反映人当面说明政策和进度安排，取得理解。",
    Verdict.NOTHING_NEW: "诉求与前次相同，没有新的情况。",
}


@dataclass
class Life:
    """One message's life while it is written: a plan that grows, and the moment it has come to."""

    rng: Random
    desk: Desk
    text: SyntheticMessage
    plan: Plan
    now: datetime
    deputy: Person | None
    station: Station | None
    office: Desk
    # Below 1 everybody is quicker.
    pace: float = 1.0

    # Moments

    def later(self, low: float, high: float) -> datetime:
        """Some hours later, whatever the hour."""
        self.now += timedelta(hours=self.rng.uniform(low, high) * self.pace)
        return self.now

    def in_office(self, low: float, high: float) -> datetime:
        """Some hours later, in office hours of a working day."""
        self.now = office_time(self.later(low, high), self.rng)
        return self.now

    def working_days(self, days: int) -> datetime:
        """On the n-th working day from now, in office hours (later on the same day for 0)."""
        if days:
            day = deadlines.add_working_days(timezone.localdate(self.now), days)
            self.now = moment_on(day, self.rng.uniform(8.6, 17.2))
        else:
            self.now += timedelta(minutes=self.rng.uniform(20, 90))
        return self.now

    # Steps

    def act(self, at: datetime, verb: str, actor: Actor, **given: Any) -> None:
        """Write down one act."""
        self.plan.add(at, verb, actor, **given)

    @property
    def deputy_actor(self) -> Actor:
        assert self.deputy is not None
        return self.desk.people.deputy(self.deputy.party_id)

    @property
    def manager(self) -> Actor | None:
        return self.desk.manager(self.station) if self.station is not None else None

    def accept(self, *, concerns_person: bool = False) -> None:
        self.act(self.in_office(0.2, 5), "accept", self.desk.people.vetter, concerns_person=concerns_person)
        if concerns_person:
            self.deputy = None

    def refer(self, *, silent: bool = False) -> None:
        """The deputy refers; after a silent day the station's manager does, and without a station it goes on by itself."""
        if self.deputy is not None and not silent:
            at = self.later(0.5, 21)
            self.act(at, "refer", self.deputy_actor, note=deputy_note(self.rng, self.text))
            return
        if self.deputy is not None:
            self.now += _DAY + timedelta(minutes=2)
        if self.manager is not None:
            self.act(self.in_office(1, 7), "refer", self.manager, note="代表联络站已核实，报请交办。")

    def refer_up(self) -> None:
        """The township's presidium hands the assigning to the county."""
        if self.office.above is not None:
            self.act(self.in_office(1, 9), "refer_up", self.office.people.assigner, note="超出本级职责，提请上级交办。")
            self.office = self.office.above

    def assign(self, *, unit: Organisation | None = None, joint: bool = False, **given: Any) -> Organisation:
        """The office assigns to a unit: the one whose department the words name, unless told otherwise."""
        unit = unit or self.office.people.unit_for([self.text.unit])
        government = self.office.government
        helpers = [government] if joint and government is not None and government != unit else []
        self.act(
            self.in_office(0.5, 8),
            "assign",
            self.office.people.assigner,
            lead_unit=unit,
            joint_units=helpers,
            note="请依法依规办理，按期答复。",
            **given,
        )
        return unit

    def officer(self, unit: Organisation) -> Actor:
        """A case officer of the unit."""
        return self.office.people.officer(unit.id)

    def send_back(self, unit: Organisation) -> None:
        """The unit says that it is not responsible."""
        self.act(self.in_office(2, 12), "send_back", self.officer(unit), reason=self.rng.choice(_SENT_BACK))

    def work(self, unit: Organisation) -> None:
        """The unit takes it up."""
        if self.rng.random() < 0.6:
            self.act(self.in_office(0.3, 6), "receive", self.officer(unit))
        if self.rng.random() < 0.25:
            way, note = self.rng.choice(_LOGS)
            self.act(self.working_days(1), "log_contact", self.officer(unit), way=way, note=note)

    def answer(self, unit: Organisation, days: int, *, solved: Outcome | None = None, promise: int = 0) -> date | None:
        """The unit answers after some working days; gives the day it promises, ``promise`` days ahead, if it does."""
        at = self.working_days(days)
        solved = solved or self._outcome()
        promised = None
        if solved in ("in_progress", "planned"):
            promised = timezone.localdate(at) + timedelta(days=promise or self.rng.randrange(15, 120))
        body = answer(self.rng, self.text, solved, promised)
        self.act(at, "answer", self.officer(unit), body=body, solved=solved, promised_on=promised)
        return promised

    def _outcome(self) -> Outcome:
        weights: dict[Outcome, int] = {"yes": 60, "in_progress": 14, "planned": 6, "explained": 20}
        told = [outcome for outcome in outcomes(self.text) if outcome in weights] or ["yes"]
        return self.rng.choices(told, [weights[outcome] for outcome in told])[0]

    def answer_on_the_spot(self) -> None:
        """Deputy and village settle a small thing."""
        body = answer(self.rng, self.text, "on_the_spot")
        self.act(self.later(1, 21), "answer", self.deputy_actor, body=body, solved=Solved.ON_THE_SPOT)

    def forward(self) -> None:
        """The deputy brings the answer back, or a day later it goes by itself."""
        if self.deputy is None:
            return
        if self.rng.random() < 0.6:
            self.act(self.later(0.5, 20), "forward", self.deputy_actor)
        else:
            self.now += _DAY + timedelta(minutes=3)

    def rate(self, mood: Satisfaction) -> None:
        """The constituent says how it was."""
        process = Satisfaction.FAIR if mood != Satisfaction.SATISFIED and self.rng.random() < 0.5 else mood
        said = comment(self.rng, _MOODS[mood])
        self.act(self.later(12, 250), "rate", self.desk.public, process=process, result=mood, comment=said)

    def judge(self, verdict: Verdict) -> None:
        """The station (else the office) judges what "not satisfied" asks for."""
        by = self.manager or self.desk.people.vetter
        self.act(self.in_office(2, 20), "judge", by, verdict=verdict, note=_JUDGED[verdict])


def moment_on(day: date, hour: float) -> datetime:
    """An hour of a day, local time."""
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(hours=hour)


def office_time(moment: datetime, rng: Random) -> datetime:
    """The moment itself in office hours, else some time in the next ones."""
    local = timezone.localtime(moment)
    if deadlines.is_working_day(local.date()) and 8.5 <= local.hour + local.minute / 60 < 17.5:
        return moment
    day = local.date()
    if not (deadlines.is_working_day(day) and local.hour < 9):
        day = deadlines.add_working_days(day, 1)
    return moment_on(day, rng.uniform(8.6, 11.5))


def begin(
    rng: Random,
    desk: Desk,
    key: str,
    at: datetime,
    *,
    deputy: bool = True,
    unit: str = "",
    by_code: bool = False,
) -> Life:
    """A message is left: for a deputy or for a station, by code or at a desk. ``unit``: a department it is about."""
    township, village = desk.somewhere(rng)
    person = desk.deputies[0 if by_code else rng.randrange(len(desk.deputies))]
    station = None
    if desk.stations and (not deputy or rng.random() < 0.85):
        station = desk.stations[0 if by_code or rng.random() < 0.6 else rng.randrange(min(4, len(desk.stations)))]
    text = generate(rng, township.name, village.name)
    for _ in range(_TRIES if unit else 0):
        if text.unit == unit:
            break
        text = generate(rng, township.name, village.name)
    given = {
        "tenant": desk.tenant,
        "subject": text.subject,
        "body": text.body,
        "deputy": person if deputy else None,
        "station": station,
        "place": village,
        "contact_name": text.contact_name,
        "contact_phone": text.contact_telephone,
        "may_publish": rng.random() < 0.4,
        "is_demo": True,
    }
    submission = Act(at, "submit", desk.public, given)
    if not by_code and rng.random() < 0.07:
        channel = rng.choice((Channel.DESK, Channel.TELEPHONE))
        submission = Act(office_time(at, rng), "register", desk.people.vetter, {**given, "channel": channel})
    plan = Plan(key, submission)
    return Life(rng, desk, text, plan, submission.at, person if deputy else None, station, office=desk)


def live(life: Life) -> Plan:
    """A whole life by chance, as long as it takes; what lies in the future, the player leaves out."""
    rng = life.rng
    if rng.random() < 0.05:
        door, reason = rng.choice(_REDIRECTS)
        life.act(life.in_office(0.3, 5), "redirect", life.desk.people.vetter, door=door, reason=reason)
        return life.plan
    life.accept(concerns_person=rng.random() < 0.02)
    if life.deputy is not None and "on_the_spot" in outcomes(life.text) and rng.random() < 0.25:
        life.answer_on_the_spot()
        say(life)
        return life.plan
    life.refer(silent=rng.random() < 0.12)
    if life.desk.is_township and rng.random() < 0.45:
        life.refer_up()
    unit = life.assign(joint=rng.random() < 0.1)
    if rng.random() < 0.05:
        life.send_back(unit)
        unit = life.assign(unit=life.office.government)
    handle(life, unit)
    return life.plan


def handle(life: Life, unit: Organisation) -> None:
    """From the unit's desk to the end; a promise comes back to the unit on its day."""
    life.work(unit)
    days = life.rng.choices((1, 2, 3, 4, 5, 6, 8, 11, 16), (14, 18, 18, 14, 12, 8, 8, 5, 3))[0]
    promised = life.answer(unit, days)
    life.forward()
    again = say(life)
    if promised is not None and not again:
        # The days of rating must be over, and the promised morning come.
        life.now = max(life.now + 15 * _DAY + timedelta(minutes=5), moment_on(promised, 9.1))
        life.answer(unit, life.rng.randrange(1, 4), solved="yes")
        life.forward()
        say(life)


def say(life: Life) -> bool:
    """What the constituent says, if anything; whether it goes to a second round."""
    rng = life.rng
    if rng.random() > 0.6:
        return False
    mood = rng.choices(tuple(Satisfaction), (62, 25, 13))[0]
    life.rate(mood)
    if mood != Satisfaction.DISSATISFIED:
        return False
    verdict = rng.choices(tuple(Verdict), (40, 40, 20))[0]
    life.judge(verdict)
    if verdict == Verdict.REDO:
        handle(life, life.assign())
        return True
    return False
