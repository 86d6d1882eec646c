"""One mandate: a by-election, corrections, the end, a suspension and its end. Each is decided elsewhere and recorded here."""

from __future__ import annotations

from datetime import date

from renda.congress.actions.deputies import named_part, seat
from renda.congress.actions.leaving import (
    cancel_receptions,
    deputy_post,
    end_elected_posts,
    end_holdings,
    hand_over,
    service_title,
)
from renda.congress.actions.people import administers, new_person
from renda.congress.grounds import (
    BY_ELECTION,
    ELECTED,
    GROUNDS_TO_SUSPEND,
    RESTORED,
    Ground,
    grounds_to_end,
)
from renda.congress.models import (
    Congress,
    CongressLevel,
    Delegation,
    DeputyGroup,
    DeputyLevel,
    DistrictPlace,
    ElectoralDistrict,
    Mandate,
    MandateChange,
    Organisation,
    OrganisationKind,
    Person,
    Post,
    PostKind,
    Term,
)
from renda.congress.roster import RosterRow, review
from renda.congress.selectors import congresses_for, districts_for, mandates_for, people_for
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import clean_text

ABOVE = (DeputyLevel.NATIONAL, DeputyLevel.PROVINCE)


def _record(ctx: Context, mandate: Mandate, kind: str, ground: Ground, day: date, decision: str) -> None:
    change = MandateChange(
        tenant_id=mandate.tenant_id,
        mandate=mandate,
        kind=kind,
        ground=ground.key,
        day=day,
        decision=decision,
        recorded_by_id=ctx.actor.party_id,
        recorded_at=ctx.now,
    )
    ctx.insert(change)
    ctx.detail(ground=ground.key, day=day.isoformat())


def _checked(
    ground: str, among: tuple[Ground, ...], decision: str, day: date, since: date, field: str = "on"
) -> tuple[Ground, str]:
    faults = {}
    chosen = next((one for one in among if one.key == ground), None)
    if chosen is None:
        faults["ground"] = "请选择法定情形。"
    text = clean_text(decision, one_line=True)[:200]
    if not text:
        faults["decision"] = "请写明依据，如某次会议的决定、公告或者文号。"
    if not since <= day <= clock.today():
        faults[field] = "日期应在任职之后，不晚于今天。"
    if faults or chosen is None:
        raise Invalid("mandate.fields", fields=faults)
    return chosen, text


@new("mandate.begin", title="登记补选代表", permission="mandate.begin", private=["name", "phone", "occupation"])
def mandate_begin(
    ctx: Context,
    *,
    congress: Congress,
    starts_on: date,
    decision: str,
    ground: str = BY_ELECTION.key,
    level: str = "",
    district: ElectoralDistrict | None = None,
    person_id: int | None = None,
    name: str = "",
    phone: str = "",
    occupation: str = "",
    delegation: str = "",
    group: str = "",
    reference_number: str = "",
    body_name: str = "",
    is_public: bool = True,
) -> Mandate:
    """One deputy more: elected at a by-election, or of a body above and served here from now on.

    ``person_id``: somebody who has an account; else a new one by ``name``. ``level``: empty for the congress's own.

    Raises:
        NotFound: not a congress of the actor's.
        Invalid: fields; somebody who sits in it already.
        Refused: no current term, or a level above elsewhere than at the city.
    """
    current = _current_term(ctx, congress)
    above = level in ABOVE
    if above and congress.level != CongressLevel.CITY:
        raise Refused("mandate.above", "全国和省人大代表由市级人大联系服务。")
    person = _known(ctx, person_id)
    since = date.min if above else current.starts_on
    reason, text = _checked(ground, (BY_ELECTION, ELECTED), decision, starts_on, since, "starts_on")
    said = {"phone": phone, "occupation": occupation, "reference_number": reference_number}
    if above:
        mandate = _serve(ctx, congress, level, person, body_name, {"name": name, **said}, starts_on)
    else:
        if district is None or not districts_for(ctx.actor).filter(id=district.id, tenant=current.tenant_id).exists():
            raise Invalid("mandate.district", fields={"district": "请选择选区（选举单位）。"})
        row = RosterRow(
            1,
            name=person.name if person else name,
            district_number=str(district.number),
            delegation=delegation.strip(),
            group=group.strip(),
            starts_on=starts_on.isoformat(),
            **said,
        )
        mandate = _seat_one(ctx, current, row, person)
    mandate.is_public = is_public
    _record(ctx, mandate, MandateChange.Kind.BEGIN, reason, starts_on, text)
    return mandate


def _current_term(ctx: Context, congress: Congress) -> Term:
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    terms = Term.objects.select_related("tenant__congress__place")
    current: Term | None = terms.filter(tenant_id=congress.tenant_id, ends_on__isnull=True).first()
    if current is None:
        raise Refused("term.none", "没有正在进行的一届。")
    return current


def _known(ctx: Context, person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    person = people_for(ctx.actor).filter(party_id=person_id, party__is_active=True).first()
    if person is None:
        raise Invalid("mandate.person", fields={"person": "没有这个账号，或账号已停用。"})
    if administers(person.party_id):
        raise Refused("holding.separated", "系统、安全、审计管理员不得兼任其他岗位，请先免去管理员。")
    return person


def _seat_one(ctx: Context, term: Term, row: RosterRow, person: Person | None) -> Mandate:
    found = review([row], term)
    if person is not None:
        found.known[row.number] = person.party_id
        sits = Mandate.objects.filter(person=person, tenant_id=term.tenant_id, level=term.tenant.level)
        if sits.filter(ends_on__isnull=True).exists():
            found.errors[row.number] = "已经是本届代表"
    if why := found.errors.get(row.number):
        raise Invalid("mandate.begin", fields={"name": f"{why}。"})
    return seat(ctx, term, found)[0]


def _serve(
    ctx: Context,
    congress: Congress,
    level: str,
    person: Person | None,
    body_name: str,
    said: dict[str, str],
    starts_on: date,
) -> Mandate:
    """A deputy of a body above who lives here: served, not managed; found by the public in the whole place."""
    body = clean_text(body_name, one_line=True)[:80]
    if not body:
        raise Invalid("mandate.body", fields={"body_name": "请填写所属人大的全称，如“湖北省第十四届人民代表大会”。"})
    if person is not None and Mandate.objects.filter(person=person, level=level, ends_on__isnull=True).exists():
        raise Invalid("mandate.begin", fields={"name": "已经登记为这一级代表。"})
    reference = said.pop("reference_number")[:40]
    person = person or new_person(ctx, tenant_id=congress.tenant_id, is_demo=congress.is_demo, **said)
    mandate = Mandate(
        tenant_id=congress.tenant_id,
        person=person,
        level=level,
        body_name=body,
        district=_unit_above(ctx, congress, level),
        reference_number=reference,
        starts_on=starts_on,
    )
    post = _service_post(ctx, congress, level)
    ctx.insert(mandate, Holding(person_id=person.party_id, post_id=post.party_id, starts_on=starts_on))
    return mandate


def _unit_above(ctx: Context, congress: Congress, level: str) -> ElectoralDistrict:
    """What makes deputies of a body above findable here: a unit that covers the whole place."""
    known: ElectoralDistrict | None = ElectoralDistrict.objects.filter(
        tenant_id=congress.tenant_id, level=level
    ).first()
    if known is not None:
        return known
    unit = ElectoralDistrict(
        tenant_id=congress.tenant_id, kind=ElectoralDistrict.Kind.UNIT, level=level, number=1, name=congress.place.name
    )
    ctx.insert(unit, DistrictPlace(tenant_id=congress.tenant_id, district=unit, place=congress.place))
    return unit


def _service_post(ctx: Context, congress: Congress, level: str) -> Post:
    try:
        return deputy_post(congress.tenant_id, level)
    except Post.DoesNotExist:
        plenum = Organisation.objects.get(tenant_id=congress.tenant_id, kind=OrganisationKind.CONGRESS)
        title = service_title(level)
        party = Party(kind=Party.Kind.POST, name=f"{plenum.name}·{title}", tenant_id=congress.tenant_id)
        post = Post(party=party, tenant_id=congress.tenant_id, organisation=plenum, kind=PostKind.DEPUTY, title=title)
        ctx.insert(party, post)
        return post


@existing("mandate.edit", title="修改代表信息", permission="mandate.edit", select=mandates_for)
def mandate_edit(
    ctx: Context,
    mandate: Mandate,
    *,
    district: ElectoralDistrict | None = None,
    delegation: str = "",
    group: str = "",
    reference_number: str = "",
    is_public: bool = True,
) -> Mandate:
    """District, delegation, group, the deputy's paper, and whether the public may find and write to her.

    Raises:
        Invalid: a district of another congress.
        Refused: the mandate is over.
    """
    _need_running(mandate)
    if district is not None and (district.tenant_id != mandate.tenant_id or district.level != mandate.level):
        raise Invalid("mandate.district", fields={"district": "请选择同一人大、同一层级的选区（选举单位）。"})
    mandate.district = district or mandate.district
    if mandate.term is not None:
        delegations = {row.name: row for row in Delegation.objects.filter(term=mandate.term)}
        groups = {row.name: row for row in DeputyGroup.objects.filter(term=mandate.term)}
        mandate.delegation = named_part(ctx, Delegation, mandate.term, delegations, delegation.strip())
        mandate.group = named_part(ctx, DeputyGroup, mandate.term, groups, group.strip())
    mandate.reference_number, mandate.is_public = clean_text(reference_number, one_line=True)[:40], is_public
    ctx.update(mandate, "district", "delegation", "group", "reference_number", "is_public")
    return mandate


def _need_running(mandate: Mandate) -> None:
    if mandate.ends_on is not None:
        raise Refused("mandate.over", "这项代表职务已经结束。")


@existing("mandate.end", title="终止代表职务", permission="mandate.end", select=mandates_for)
def mandate_end(
    ctx: Context, mandate: Mandate, *, ground: str, decision: str, on: date | None = None, successor: int | None = None
) -> Mandate:
    """A mandate has ended on a day, in a case of the law (``congress.grounds``), by a decision that is named.

    Posts that only deputies hold end with it, announced reception days are off, open tasks go to the successor (another
    deputy of this congress), else to the pool.

    Raises:
        Invalid: no such case, no decision, a day outside the mandate, a successor who is no deputy here.
        Refused: the mandate is over.
    """
    _need_running(mandate)
    day = on or clock.today()
    reason, text = _checked(ground, grounds_to_end(mandate), decision, day, mandate.starts_on)
    _check_successor(mandate, successor)
    mandate.status, mandate.ends_on = reason.status, day
    ctx.update(mandate, "status", "ends_on")
    _record(ctx, mandate, MandateChange.Kind.END, reason, day, text)
    if mandate.managed_by_id is not None:
        ctx.detail(posts_ended=end_elected_posts(ctx, mandate.tenant_id, mandate.person_id))
    _rest(ctx, mandate, successor)
    return mandate


def _check_successor(mandate: Mandate, successor: int | None) -> None:
    if successor is None:
        return
    others = Mandate.objects.filter(tenant_id=mandate.tenant_id, status=Mandate.Status.ACTIVE, ends_on__isnull=True)
    if successor == mandate.person_id or not others.filter(person_id=successor).exists():
        raise Invalid("mandate.successor", fields={"successor": "请选择本级人大的另一位在任代表。"})


def _rest(ctx: Context, mandate: Mandate, successor: int | None) -> None:
    """The deputy may not act (any more)."""
    end_holdings(ctx, deputy_post(mandate.tenant_id, mandate.level), [mandate.person_id])
    cancel_receptions(ctx, mandate.tenant_id, [mandate.person_id])
    hand_over(ctx, mandate.tenant_id, {mandate.person_id: successor})


@existing("mandate.suspend", title="暂停执行代表职务", permission="mandate.end", select=mandates_for)
def mandate_suspend(
    ctx: Context, mandate: Mandate, *, ground: str, decision: str, on: date | None = None, successor: int | None = None
) -> Mandate:
    """The deputy may not act for the time being (代表法 2025 第六十一条); the seat stays hers.

    Raises:
        Invalid: as ``mandate.end``.
        Refused: the mandate is not active, or not managed here.
    """
    if mandate.managed_by_id is None or not mandate.is_active:
        raise Refused("mandate.not_active", "这项代表职务不在任，或不由本级管理。")
    day = on or clock.today()
    reason, text = _checked(ground, GROUNDS_TO_SUSPEND, decision, day, mandate.starts_on)
    _check_successor(mandate, successor)
    mandate.status = reason.status
    ctx.update(mandate, "status")
    _record(ctx, mandate, MandateChange.Kind.SUSPEND, reason, day, text)
    _rest(ctx, mandate, successor)
    return mandate


@existing("mandate.restore", title="恢复执行代表职务", permission="mandate.end", select=mandates_for)
def mandate_restore(ctx: Context, mandate: Mandate, *, decision: str, on: date | None = None) -> Mandate:
    """What suspended the deputy is over (代表法 2025 第六十一条).

    Raises:
        Invalid: no decision, or a day outside the mandate.
        Refused: the mandate is not suspended.
    """
    if mandate.status != Mandate.Status.FROZEN or mandate.ends_on is not None:
        raise Refused("mandate.not_suspended", "这项代表职务没有被暂停。")
    day = on or clock.today()
    _, text = _checked(RESTORED.key, (RESTORED,), decision, day, mandate.starts_on)
    mandate.status = Mandate.Status.ACTIVE
    ctx.update(mandate, "status")
    _record(ctx, mandate, MandateChange.Kind.RESTORE, RESTORED, day, text)
    post = deputy_post(mandate.tenant_id, mandate.level)
    ctx.insert(Holding(person_id=mandate.person_id, post_id=post.party_id, starts_on=clock.today()))
    return mandate
