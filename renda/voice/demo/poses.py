"""Messages that stand, at this moment, at every place of the flow where somebody of the printed sign-ins works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from renda.kernel.deadlines import api as deadlines
from renda.voice.demo.desks import Desk
from renda.voice.demo.lives import Life, begin, moment_on
from renda.voice.demo.player import Plan
from renda.voice.models import Satisfaction, Verdict

HOUSING = "housing_construction"
_RULING = "经研究，该事项由你单位牵头办理，属地乡镇配合。"


class Poses:
    """Writes the poses of one township and the county above it, as of ``end``."""

    def __init__(self, rng: Random, township: Desk, county: Desk, end: datetime) -> None:
        self.rng, self.township, self.county, self.end = rng, township, county, end
        self._number = 0

    def plans(self) -> Iterator[Plan]:
        """All of them; the last is one that waits for vetting and needs nothing more."""
        for number, pose in ((2, self._with_deputy), (2, self._at_station), (2, self._to_assign), (2, self._answered)):
            yield from (pose(self.township) for _ in range(number))
        for beyond_the_county in (self._to_assign_in_city, self._to_assign_in_city, self._with_head):
            yield beyond_the_county()
        for days in (1, 6, 9):
            yield self._in_unit(days)
            yield self._in_housing(days)
        for above in (self._to_assign_above, self._more_time, self._more_time_granted, self._joint, self._ruled):
            yield above()
        yield from (
            self._overseen(),
            self._urged(),
            self._promised(),
            self._to_rate(),
            self._to_judge(),
            self._to_judge(),
        )
        yield from (self._judged(verdict) for verdict in Verdict)
        for county_pose in (self._with_deputy, self._to_assign, self._to_assign):
            yield county_pose(self.county)
        for desk in (self.county, self.township, self.township):
            yield self._begin(desk, self._ago(hours=self.rng.uniform(1, 8))).plan

    def today(self, day: str) -> Iterator[Plan]:
        """What a deputy has in hand on a later day: her own work goes on to others after twenty-four hours."""
        for number, pose in enumerate((self._with_deputy, self._with_deputy, self._answered)):
            plan = pose(self.township)
            plan.key = f"{day} {number}"
            yield plan

    # Where they begin

    def _ago(self, *, hours: float = 0, working_days: int = 0) -> datetime:
        if not working_days:
            return self.end - timedelta(hours=hours)
        day = deadlines.add_working_days(timezone.localdate(self.end), -working_days)
        return moment_on(day, 8.7)

    def _begin(self, desk: Desk, at: datetime, *, deputy: bool = True, unit: str = "") -> Life:
        self._number += 1
        life = begin(self.rng, desk, f"pose {self._number}", at, deputy=deputy, unit=unit, by_code=True)
        life.pace = 0.1
        return life

    def _referred(self, desk: Desk, at: datetime, *, unit: str = "", above: bool = False) -> Life:
        life = self._begin(desk, at, unit=unit)
        life.accept()
        life.refer()
        if above:
            life.refer_up()
        return life

    # Where they stand

    def _with_deputy(self, desk: Desk) -> Plan:
        life = self._begin(desk, self._ago(hours=16))
        life.act(life.later(5, 80), "accept", desk.people.vetter)
        return life.plan

    def _at_station(self, desk: Desk) -> Plan:
        life = self._begin(desk, self._ago(working_days=1), deputy=False)
        life.accept()
        return life.plan

    def _to_assign(self, desk: Desk) -> Plan:
        return self._referred(desk, self._ago(working_days=1)).plan

    def _to_assign_above(self) -> Plan:
        return self._referred(self.township, self._ago(working_days=1), above=True).plan

    def _to_assign_in_city(self) -> Plan:
        return self._referred(self.county, self._ago(working_days=1), above=True).plan

    def _with_head(self) -> Plan:
        """The officer has handed it to the head of the unit."""
        life = self._housing(3)
        unit = life.plan.acts[-1].given["lead_unit"]
        if (head := self.county.head(unit)) is not None:
            life.act(life.in_office(1, 4), "transfer", life.officer(unit), to=head, note="涉及多个股室，请统筹。")
        return life.plan

    def _in_unit(self, days: int) -> Plan:
        life = self._referred(self.township, self._ago(working_days=days))
        life.work(life.assign())
        return life.plan

    def _housing(self, days: int) -> Life:
        life = self._referred(self.township, self._ago(working_days=days), unit=HOUSING, above=True)
        life.assign()
        return life

    def _in_housing(self, days: int) -> Plan:
        return self._housing(days).plan

    def _joint(self) -> Plan:
        life = self._referred(self.township, self._ago(working_days=2), unit=HOUSING, above=True)
        life.assign(joint=True)
        return life.plan

    def _more_time(self) -> Plan:
        life = self._housing(4)
        unit = life.plan.acts[-1].given["lead_unit"]
        until = self.end + timedelta(days=14)
        life.act(life.working_days(2), "extend", life.officer(unit), until=until, reason="需要设计和招标，申请延期。")
        return life.plan

    def _more_time_granted(self) -> Plan:
        life = self._housing(5)
        unit = life.plan.acts[-1].given["lead_unit"]
        until = self.end + timedelta(days=10)
        life.act(life.working_days(2), "extend", life.officer(unit), until=until, reason="材料采购需要时间。")
        life.act(life.working_days(1), "grant_extension", life.office.people.assigner, note="同意，请抓紧办理。")
        return life.plan

    def _ruled(self) -> Plan:
        life = self._referred(self.township, self._ago(working_days=6), unit=HOUSING, above=True)
        unit = life.assign()
        life.working_days(1)
        life.send_back(unit)
        unit = life.assign(unit=unit)
        life.working_days(1)
        life.send_back(unit)
        life.assign(unit=unit, ruled_by=life.office.government, ruling=_RULING)
        return life.plan

    def _overseen(self) -> Plan:
        life = self._housing(11)
        if self.county.supervisor is not None and self.county.overseeing is not None:
            life.act(
                life.working_days(9),
                "oversee",
                self.county.supervisor,
                organisation=self.county.overseeing,
                reference="主任会议纪要（演示）第 12 号",
                content="超期未答复，请两周内办结并报告结果。",
                decided_on=timezone.localdate(life.now),
            )
        return life.plan

    def _urged(self) -> Plan:
        life = self._housing(10)
        life.act(life.working_days(8), "urge", life.office.people.assigner, note="已超期，请尽快答复。")
        return life.plan

    def _answered_by(self, days: int, *, promise: int = 0) -> Life:
        life = self._referred(self.township, self._ago(working_days=days))
        life.answer(life.assign(), 1, solved="in_progress" if promise else "yes", promise=promise)
        return life

    def _answered(self, _: Desk) -> Plan:
        """Waits for the deputy to bring it back: answered some hours ago."""
        life = self._referred(self.township, self._ago(working_days=3))
        unit = life.assign()
        life.now = self._ago(hours=3)
        life.answer(unit, 0, solved="yes")
        return life.plan

    def _to_rate(self) -> Plan:
        return self._forwarded(4).plan

    def _forwarded(self, days: int, *, promise: int = 0) -> Life:
        life = self._answered_by(days, promise=promise)
        life.act(life.later(5, 60), "forward", life.deputy_actor)
        return life

    def _rated(self, days: int, mood: Satisfaction, *, promise: int = 0) -> Life:
        life = self._forwarded(days, promise=promise)
        life.rate(mood)
        return life

    def _promised(self) -> Plan:
        return self._rated(12, Satisfaction.FAIR, promise=45).plan

    def _to_judge(self) -> Plan:
        return self._rated(5, Satisfaction.DISSATISFIED).plan

    def _judged(self, verdict: Verdict) -> Plan:
        life = self._rated(9, Satisfaction.DISSATISFIED)
        life.judge(verdict)
        if verdict == Verdict.REDO:
            life.assign()
        return life.plan
