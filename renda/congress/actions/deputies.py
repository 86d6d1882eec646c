"""Deputies come and go together: the import of a roster (also of by-elections), a new term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from renda.congress.actions.districts import wall_code_of
from renda.congress.actions.leaving import cancel_receptions, deputy_post, end_holdings, hand_over
from renda.congress.actions.people import new_person
from renda.congress.models import (
    Congress,
    CongressLevel,
    Delegation,
    DeputyGroup,
    ElectoralDistrict,
    Mandate,
    Person,
    Term,
    WallCode,
    chinese_number,
)
from renda.congress.roster import Review, RosterRow, next_term, review
from renda.congress.selectors import congresses_for
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import new_short_code
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.parties.models import Holding

# A delegation or a group: parts of a term that a roster names.
Part = TypeVar("Part", Delegation, DeputyGroup)


@dataclass(frozen=True)
class RosterResult:
    """What an import did in a congress."""

    tenant_id: int
    seated: int
    new_accounts: int
    skipped: int


@new("roster.import", title="导入代表名册", permission="roster.import", private=["rows"])
def roster_import(
    ctx: Context, *, tenant_id: int, rows: Sequence[RosterRow], only_good_rows: bool = False
) -> RosterResult:
    """Seat the deputies of a roster in the current term of a congress.

    Nothing is imported when a row is wrong, unless ``only_good_rows``.

    Raises:
        NotFound: no current term in a congress of the actor's.
        Invalid: ``fields`` maps "第 N 行" to what is wrong there.
    """
    term = Term.objects.select_related("tenant__congress__place").filter(
        tenant_id=tenant_id, tenant_id__in=ctx.actor.tenants, ends_on__isnull=True
    )
    current = term.first()
    if current is None:
        raise NotFound
    found = review(rows, current)
    _refuse_wrong_rows(found, only_good_rows=only_good_rows)
    seated = seat(ctx, current, found)
    ctx.detail(seated=len(seated), skipped=len(found.errors))
    return RosterResult(tenant_id, len(seated), len(seated) - len(found.known), len(found.errors))


def _refuse_wrong_rows(found: Review, *, only_good_rows: bool) -> None:
    if not found.rows:
        raise Invalid("roster.empty", fields={"file": "名册中没有代表。"})
    if found.errors and not only_good_rows:
        fields = {f"第 {number} 行": why for number, why in found.errors.items()}
        raise Invalid("roster.rows", f"名册中有 {len(fields)} 行有误，没有导入任何一行。", fields=fields)


def seat(ctx: Context, term: Term, found: Review) -> list[Mandate]:
    """Mandates, posts and (for new faces) accounts and codes for the good rows of a roster."""
    congress = term.tenant.congress
    districts = {
        row.number: row for row in ElectoralDistrict.objects.filter(tenant_id=term.tenant_id, level=congress.level)
    }
    delegations = {row.name: row for row in Delegation.objects.filter(term=term)}
    groups = {row.name: row for row in DeputyGroup.objects.filter(term=term)}
    post = deputy_post(congress.tenant_id)
    known = {person.party_id: person for person in Person.objects.filter(party_id__in=found.known.values())}
    holding = set(
        Holding.objects.filter(post_id=post.party_id, ends_on__isnull=True).values_list("person_id", flat=True)
    )
    coded = set(
        WallCode.objects.filter(tenant_id=term.tenant_id, is_active=True, person_id__in=known).values_list(
            "person_id", flat=True
        )
    )
    mandates = []
    for row in found.good:
        person = known.get(found.known.get(row.number, 0)) or new_person(
            ctx,
            name=row.name,
            tenant_id=term.tenant_id,
            phone=row.phone,
            occupation=row.occupation,
            is_demo=congress.is_demo,
        )
        mandate = Mandate(
            tenant_id=term.tenant_id,
            person=person,
            level=congress.level,
            body_name=f"{congress.place.name}第{chinese_number(term.number)}届人民代表大会",
            term=term,
            district=_district(ctx, congress, districts, row),
            delegation=named_part(ctx, Delegation, term, delegations, row.delegation),
            group=named_part(ctx, DeputyGroup, term, groups, row.group),
            managed_by_id=term.tenant_id,
            reference_number=row.reference_number,
            starts_on=date.fromisoformat(row.starts_on) if row.starts_on else term.starts_on,
        )
        ctx.insert(mandate)
        mandates.append(mandate)
        if person.party_id not in holding:
            ctx.insert(Holding(person_id=person.party_id, post_id=post.party_id, starts_on=mandate.starts_on))
        if person.party_id not in coded:
            ctx.insert(
                WallCode(code=new_short_code(), kind=WallCode.Kind.DEPUTY, tenant_id=term.tenant_id, person=person)
            )
    return mandates


def _district(
    ctx: Context, congress: Congress, districts: dict[int, ElectoralDistrict], row: RosterRow
) -> ElectoralDistrict:
    number = int(row.district_number)
    if number not in districts:
        direct = congress.level != CongressLevel.CITY
        kind = ElectoralDistrict.Kind.DISTRICT if direct else ElectoralDistrict.Kind.UNIT
        districts[number] = ElectoralDistrict(
            tenant_id=congress.tenant_id, kind=kind, level=congress.level, number=number, name=row.district_name[:60]
        )
        ctx.insert(districts[number])
        if direct:
            wall_code_of(ctx, districts[number])
    return districts[number]


def named_part(ctx: Context, model: type[Part], term: Term, known: dict[str, Part], name: str) -> Part | None:
    """A delegation or group of the term by its name, made when there is none; None for no name."""
    if not name:
        return None
    if name not in known:
        known[name] = model(tenant_id=term.tenant_id, term=term, name=name[:60])
        ctx.insert(known[name])
    return known[name]


@dataclass(frozen=True)
class RollOver:
    """What a new term brought."""

    tenant_id: int
    term: Term
    seated: int
    re_elected: int
    left: int


@existing("term.roll_over", title="换届", permission="term.roll_over", select=congresses_for, private=["rows"])
def term_roll_over(
    ctx: Context, congress: Congress, *, starts_on: date, rows: Sequence[RosterRow], only_good_rows: bool = False
) -> RollOver:
    """End the current term on the day the new congress first meets, and seat the new deputies.

    The old term runs to that day (地方组织法 2022 第三十八条). Cases run on with their clocks: tasks of a deputy who is not
    seated again go to a new deputy of the same district, else to the pool. Districts, stations and their codes stay.

    Raises:
        Invalid: the day, or rows of the roster (nothing is changed then).
        Refused: there is no current term.
    """
    old = (
        Term.objects.select_related("tenant__congress__place")
        .filter(tenant_id=congress.tenant_id, ends_on__isnull=True)
        .first()
    )
    if old is None:
        raise Refused("term.none", "没有正在进行的一届。")
    term = next_term(old, starts_on)
    found = review(rows, term)
    _refuse_wrong_rows(found, only_good_rows=only_good_rows)
    leaving = list(Mandate.objects.filter(term=old, ends_on__isnull=True))
    old.ends_on = starts_on
    ctx.update(old, "ends_on")
    for mandate in leaving:
        mandate.status, mandate.ends_on = Mandate.Status.ENDED, starts_on
        ctx.update(mandate, "status", "ends_on")
    staying = set(found.known.values())
    left = [mandate for mandate in leaving if mandate.person_id not in staying]
    end_holdings(ctx, deputy_post(congress.tenant_id), [mandate.person_id for mandate in left])
    cancel_receptions(ctx, congress.tenant_id, [mandate.person_id for mandate in left])
    # What ends is stored before what begins: one current term, one seat a person.
    ctx.flush()
    ctx.insert(term)
    seated = seat(ctx, term, found)
    heirs: dict[int, int] = {}
    for mandate in seated:
        heirs.setdefault(mandate.district_id or 0, mandate.person_id)
    hand_over(ctx, congress.tenant_id, {mandate.person_id: heirs.get(mandate.district_id or 0) for mandate in left})
    ctx.detail(term=term.number, seated=len(seated), left=len(left))
    return RollOver(congress.tenant_id, term, len(seated), len(leaving) - len(left), len(left))
