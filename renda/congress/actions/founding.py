"""The first congress of a site with its administrators; the congresses below; the term that is running when they come."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q

from renda.congress.actions.sign_in import CODE_DAYS
from renda.congress.building import Builder
from renda.congress.founding import Founding
from renda.congress.models import Congress, CongressLevel, Place, PlaceLevel, SignInCode, Term
from renda.congress.selectors import congresses_for, places_to_found
from renda.congress.sign_in import CODE_LENGTH, code_hash
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import ALPHABET
from renda.kernel.errors import Invalid, Refused

# Figures of the code that a place shares with what lies in it.
_FIGURES = {PlaceLevel.CITY: 4, PlaceLevel.COUNTY: 6, PlaceLevel.TOWNSHIP: 9}
_LEVELS = {PlaceLevel.COUNTY: CongressLevel.COUNTY, PlaceLevel.TOWNSHIP: CongressLevel.TOWNSHIP}


@new("site.found", title="建立站点", permission="site.found", private=["founding"])
def site_found(ctx: Context, *, founding: Founding) -> dict[str, str]:
    """Store the highest congress with its running term, its organisations and its four administrators.

    Gives each administrator's one-use code by user name: the codes are known only now.

    Raises:
        Refused: there is a congress at the place, above it or below it.
    """
    place = founding.congress.place
    figures = _FIGURES[PlaceLevel(place.level)]
    there = Congress.objects.filter(
        Q(place__code__startswith=place.code[:figures])
        | Q(place__code__in=[place.code[:n].ljust(12, "0") for n in (2, 4, 6)])
    )
    if (known := there.first()) is not None:
        raise Refused("site.founded", f"已经有{known.name}，不能再建；下级人大由业务管理员在网页上设立。")
    for rows in founding.builder.rows.values():
        ctx.insert(*rows)
    codes = {}
    for person in founding.people:
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        codes[person.user_name] = code
        ctx.insert(
            SignInCode(
                person=person,
                code_hash=code_hash(code),
                issued_by_id=person.party_id,
                issued_at=ctx.now,
                expires_at=ctx.now + timedelta(days=CODE_DAYS),
            )
        )
    ctx.detail(place=founding.congress.place_id)
    return codes


@existing("congress.found", title="新设下级人大", permission="congress.found", select=congresses_for)
def congress_found(ctx: Context, parent: Congress, *, places: Sequence[Place]) -> list[Congress]:
    """Congresses of places right below, each with the organisations and posts of its level; a county's sub-districts get
    their working committees. Their terms are entered after (``term.begin``).

    Raises:
        Invalid: no place, or one that lies elsewhere, is a sub-district or has a congress.
    """
    wanted = {place.id for place in places}
    found = list(places_to_found(parent).filter(id__in=wanted))
    if not wanted or len(found) != len(wanted):
        raise Invalid("congress.places", fields={"places": "请选择本级之下还没有设立人大的地方。"})
    builder = Builder(since=clock.today(), is_demo=parent.is_demo)
    made = []
    for place in found:
        level = _LEVELS[PlaceLevel(place.level)]
        congress = builder.congress(place, f"{place.name}人民代表大会", level, parent)
        made.append(congress)
        if level == CongressLevel.COUNTY:
            for below in Place.objects.filter(parent=place, valid_to__isnull=True).order_by("code"):
                if below.is_subdistrict:
                    builder.subdistrict(congress, below)
    for rows in builder.rows.values():
        ctx.insert(*rows)
    ctx.detail(made=[congress.tenant_id for congress in made])
    return made


@existing("term.begin", title="登记现任届次", permission="term.roll_over", select=congresses_for)
def term_begin(ctx: Context, congress: Congress, *, number: int, starts_on: date) -> Term:
    """The term that is running when a congress comes to this site; later ones come by ``term.roll_over``.

    Raises:
        Invalid: the number, or a day in the future.
        Refused: there is a term.
    """
    if Term.objects.filter(tenant_id=congress.tenant_id).exists():
        raise Refused("term.there", "这个人大已经登记了届次，新一届请通过换届办理。")
    faults = {}
    if not 1 <= number <= 99:
        faults["number"] = "届次应在 1 至 99 之间。"
    if starts_on > clock.today():
        faults["starts_on"] = "日期不能晚于今天。"
    if faults:
        raise Invalid("term.fields", fields=faults)
    term = Term(tenant_id=congress.tenant_id, number=number, starts_on=starts_on)
    ctx.insert(term)
    return term
