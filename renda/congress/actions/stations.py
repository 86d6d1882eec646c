"""Stations are opened, kept and closed by the office of their congress."""

from __future__ import annotations

from decimal import Decimal

from renda.congress import publishing
from renda.congress.models import Congress, Organisation, OrganisationKind, Place, Post, PostKind, Station, WallCode
from renda.congress.selectors import congresses_for, stations_for
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import new_short_code
from renda.kernel.errors import Invalid, NotFound
from renda.kernel.exchange.api import publish
from renda.kernel.parties.models import Party
from renda.kernel.privacy.api import clean_text

_HOSTS = (
    OrganisationKind.PRESIDIUM,
    OrganisationKind.SUBDISTRICT_COMMITTEE,
    OrganisationKind.DEPUTIES_WORK_COMMITTEE,
)


def _checked(name: str, latitude: Decimal | None, longitude: Decimal | None) -> str:
    text = clean_text(name).strip()
    faults = {}
    if not text or len(text) > 50:
        faults["name"] = "请填写名称，不超过 50 个字。"
    if (latitude is None) != (longitude is None):
        faults["latitude"] = "经度和纬度要一起填写。"
    if faults:
        raise Invalid("station.fields", fields=faults)
    return text


@new("station.create", title="新建联络站", permission="station.edit")
def station_create(
    ctx: Context, *, congress: Congress, place: Place, name: str, kind: str, address: str = "", opening: str = ""
) -> Station:
    """A station with its manager's post and its wall code; the manager is appointed after.

    Raises:
        NotFound: not a congress of the actor's.
        Invalid: name or kind, or a second station of this name.
    """
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    name = _checked(name, None, None)
    if kind not in Station.Kind.values:
        raise Invalid("station.kind", fields={"kind": "请选择类别。"})
    if Station.objects.filter(tenant_id=congress.tenant_id, name=name).exists():
        raise Invalid("station.name", fields={"name": "已有同名的联络站。"})
    hosts = Organisation.objects.filter(tenant_id=congress.tenant_id, kind__in=_HOSTS, is_active=True)
    host = hosts.filter(place_id__in=(place.id, place.parent_id)).first() or hosts.earliest("id")
    party = Party(kind=Party.Kind.POST, name=f"{host.name}·{name}管理员", tenant_id=congress.tenant_id)
    post = Post(
        party=party,
        tenant_id=congress.tenant_id,
        organisation=host,
        kind=PostKind.STATION_MANAGER,
        title=f"{name}管理员",
    )
    station = Station(
        tenant_id=congress.tenant_id,
        place=place,
        name=name,
        kind=kind,
        manager=post,
        address=clean_text(address).strip()[:120],
        opening=clean_text(opening).strip()[:100],
        is_demo=congress.is_demo,
    )
    code = WallCode(code=new_short_code(), kind=WallCode.Kind.STATION, tenant_id=congress.tenant_id, station=station)
    ctx.insert(party, post, station, code)
    publish(ctx, publishing.STATION, station.id)
    publish(ctx, publishing.CODE, code.code)
    return station


@existing("station.edit", title="修改联络站", permission="station.edit", select=stations_for)
def station_edit(
    ctx: Context,
    station: Station,
    *,
    name: str,
    address: str = "",
    opening: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    is_active: bool = True,
) -> Station:
    """Name, address, opening, point; ``is_active`` False closes it (its code then names nothing).

    Raises:
        Invalid: name or point.
    """
    station.name = _checked(name, latitude, longitude)
    station.address, station.opening = clean_text(address).strip()[:120], clean_text(opening).strip()[:100]
    station.latitude, station.longitude, station.is_active = latitude, longitude, is_active
    ctx.update(station, "name", "address", "opening", "latitude", "longitude", "is_active")
    for code in WallCode.objects.filter(station=station).exclude(is_active=is_active):
        code.is_active = is_active
        ctx.update(code, "is_active")
    publishing.publish_station(ctx, station)
    return station
