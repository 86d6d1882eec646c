"""Electoral districts (选区) and electing units (选举单位): made, renamed, drawn anew, taken out of use by the office."""

from __future__ import annotations

from collections.abc import Sequence

from renda.congress import publishing
from renda.congress.assigning import places_of
from renda.congress.models import Congress, CongressLevel, DistrictPlace, ElectoralDistrict, Mandate, Place, WallCode
from renda.congress.selectors import congresses_for, districts_for
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import new_short_code
from renda.kernel.errors import Invalid, NotFound
from renda.kernel.privacy.api import clean_text


def _checked(name: str, tenant_id: int, places: Sequence[Place]) -> str:
    text = clean_text(name, one_line=True)
    faults = {}
    if not text or len(text) > 60:
        faults["name"] = "请填写名称，不超过 60 个字。"
    if not places:
        faults["places"] = "请选择包括哪些地方，群众按所在地查找代表时要用。"
    elif places_of(tenant_id).filter(id__in=[place.id for place in places]).count() != len({p.id for p in places}):
        faults["places"] = "只能选择本级人大范围内的地方。"
    if faults:
        raise Invalid("district.fields", fields=faults)
    return text


def wall_code_of(ctx: Context, district: ElectoralDistrict) -> WallCode:
    """A code for the walls of a directly electing district."""
    code = WallCode(code=new_short_code(), kind=WallCode.Kind.DISTRICT, tenant_id=district.tenant_id, district=district)
    ctx.insert(code)
    return code


@new("district.create", title="新建选区", permission="district.edit")
def district_create(
    ctx: Context, *, congress: Congress, number: int, name: str, places: Sequence[Place]
) -> ElectoralDistrict:
    """A district of a county or township (with a wall code), or an electing unit of a city (选举法 2020 第三条).

    Raises:
        NotFound: not a congress of the actor's.
        Invalid: a number that is taken, no name, no places or places elsewhere.
    """
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    text = _checked(name, congress.tenant_id, places)
    taken = ElectoralDistrict.objects.filter(tenant_id=congress.tenant_id, level=congress.level, number=number)
    if not 0 < number < 10_000 or taken.exists():
        raise Invalid("district.number", fields={"number": "请填写没有用过的编号。"})
    direct = congress.level != CongressLevel.CITY
    district = ElectoralDistrict(
        tenant_id=congress.tenant_id,
        kind=ElectoralDistrict.Kind.DISTRICT if direct else ElectoralDistrict.Kind.UNIT,
        level=congress.level,
        number=number,
        name=text,
    )
    ctx.insert(district)
    _cover(ctx, district, places)
    if direct:
        wall_code_of(ctx, district)
    return district


def _cover(ctx: Context, district: ElectoralDistrict, places: Sequence[Place]) -> None:
    wanted = {place.id for place in places}
    there = set(DistrictPlace.objects.filter(district=district).values_list("place_id", flat=True))
    DistrictPlace.objects.filter(district=district, place_id__in=there - wanted).delete()
    publishing.publish_district(ctx, district.id)
    ctx.insert(
        *(
            DistrictPlace(tenant_id=district.tenant_id, district=district, place_id=place)
            for place in sorted(wanted - there)
        )
    )


@existing("district.edit", title="修改选区", permission="district.edit", select=districts_for)
def district_edit(
    ctx: Context, district: ElectoralDistrict, *, name: str, places: Sequence[Place], is_active: bool = True
) -> ElectoralDistrict:
    """Name and places of a district, and whether it is in use. Its deputies and its wall code stay.

    Raises:
        Invalid: no name, no places or places elsewhere; deputies sit for a district that is to be out of use.
    """
    district.name = _checked(name, district.tenant_id, places)
    if not is_active and Mandate.objects.filter(district=district, ends_on__isnull=True).exists():
        raise Invalid("district.in_use", fields={"is_active": "这个选区还有在任代表，不能停用。"})
    district.is_active = is_active
    ctx.update(district, "name", "is_active")
    _cover(ctx, district, places)
    return district
