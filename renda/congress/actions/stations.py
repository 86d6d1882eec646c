"""Stations are opened, kept, moved and closed by the office of their congress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from renda.congress import publishing
from renda.congress.assigning import places_of
from renda.congress.models import (
    Congress,
    Organisation,
    OrganisationKind,
    Place,
    Post,
    PostKind,
    ReceptionDay,
    Station,
    StationDeputy,
    WallCode,
)
from renda.congress.selectors import congresses_for, deputies_to_serve, stations_for
from renda.kernel import clock
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.codes.api import new_short_code
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.exchange.api import publish
from renda.kernel.parties.models import Holding, Party
from renda.kernel.privacy.api import clean_text

_HOSTS = (
    OrganisationKind.PRESIDIUM,
    OrganisationKind.SUBDISTRICT_COMMITTEE,
    OrganisationKind.DEPUTIES_WORK_COMMITTEE,
)


def _checked(
    name: str, tenant_id: int, place: Place, *, point: tuple[Decimal | None, Decimal | None], own: int = 0
) -> str:
    text = clean_text(name, one_line=True)
    faults = {}
    if not text or len(text) > 50:
        faults["name"] = "请填写名称，不超过 50 个字。"
    elif Station.objects.filter(tenant_id=tenant_id, name=text).exclude(id=own).exists():
        faults["name"] = "已有同名的联络站。"
    if not places_of(tenant_id).filter(id=place.id).exists():
        faults["place"] = "请选择本级人大范围内的所在地。"
    if (point[0] is None) != (point[1] is None):
        faults["latitude"] = "经度和纬度要一起填写。"
    if faults:
        raise Invalid("station.fields", fields=faults)
    return text


def _host(tenant_id: int, place: Place) -> Organisation:
    """The organisation that keeps the stations of a place."""
    hosts = Organisation.objects.filter(tenant_id=tenant_id, kind__in=_HOSTS, is_active=True)
    host: Organisation = hosts.filter(place_id__in=(place.id, place.parent_id)).first() or hosts.earliest("id")
    return host


def _manager_post(ctx: Context, station_name: str, host: Organisation) -> Post:
    """The post of a station's manager; one of this name that was closed is opened again."""
    title = f"{station_name}管理员"
    known: Post | None = Post.objects.select_related("party").filter(organisation=host, title=title).first()
    if known is not None:
        known.party.is_active = True
        ctx.update(known.party, "is_active")
        return known
    party = Party(kind=Party.Kind.POST, name=f"{host.name}·{title}", tenant_id=host.tenant_id)
    post = Post(party=party, tenant_id=host.tenant_id, organisation=host, kind=PostKind.STATION_MANAGER, title=title)
    ctx.insert(party, post)
    return post


@new("station.create", title="新建联络站", permission="station.edit")
def station_create(
    ctx: Context,
    *,
    congress: Congress,
    place: Place,
    name: str,
    kind: str,
    address: str = "",
    opening: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Station:
    """A station with its manager's post and its wall code; the manager is appointed after.

    Raises:
        NotFound: not a congress of the actor's.
        Invalid: name, place, point or kind, or a second station of this name.
    """
    if not congresses_for(ctx.actor).filter(tenant_id=congress.tenant_id).exists():
        raise NotFound
    name = _checked(name, congress.tenant_id, place, point=(latitude, longitude))
    if kind not in Station.Kind.values:
        raise Invalid("station.kind", fields={"kind": "请选择类别。"})
    station = Station(
        tenant_id=congress.tenant_id,
        place=place,
        name=name,
        kind=kind,
        manager=_manager_post(ctx, name, _host(congress.tenant_id, place)),
        address=clean_text(address, one_line=True)[:120],
        opening=clean_text(opening, one_line=True)[:100],
        latitude=latitude,
        longitude=longitude,
        is_demo=congress.is_demo,
    )
    code = WallCode(code=new_short_code(), kind=WallCode.Kind.STATION, tenant_id=congress.tenant_id, station=station)
    ctx.insert(station, code)
    return station


@existing("station.edit", title="修改联络站", permission="station.edit", select=stations_for)
def station_edit(
    ctx: Context,
    station: Station,
    *,
    name: str,
    place: Place | None = None,
    address: str = "",
    opening: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Station:
    """Rename or move a station, change its address, opening and point. Its code stays as it hangs on the wall.

    Raises:
        Invalid: name, place or point.
    """
    before = station.name
    station.place = place or station.place
    station.name = _checked(name, station.tenant_id, station.place, point=(latitude, longitude), own=station.id)
    station.address, station.opening = (
        clean_text(address, one_line=True)[:120],
        clean_text(opening, one_line=True)[:100],
    )
    station.latitude, station.longitude = latitude, longitude
    ctx.update(station, "name", "place", "address", "opening", "latitude", "longitude")
    if station.name != before and station.is_active and station.manager is not None:
        post = station.manager
        post.title = f"{station.name}管理员"
        post.party.name = f"{post.organisation.name}·{post.title}"
        ctx.update(post, "title")
        ctx.update(post.party, "name")
    return station


@existing("station.close", title="关闭联络站", permission="station.edit", select=stations_for)
def station_close(ctx: Context, station: Station, *, reason: str, successor: Station | None = None) -> Station:
    """Close a station. Its deputies, its messages and the code on its wall go to the successor.

    Without one its messages are the office's, and its code names nothing any more. Reception days to come are off.

    Raises:
        Invalid: no reason, or the successor is closed, elsewhere or the station itself.
        Refused: it is closed.
    """
    if not station.is_active:
        raise Refused("station.closed", "这个联络站已经关闭。")
    faults = {} if (said := clean_text(reason, one_line=True)) else {"reason": "请写明关闭的原因。"}
    if successor is not None and (
        successor.id == station.id or not successor.is_active or successor.tenant_id != station.tenant_id
    ):
        faults["successor"] = "请选择同一人大的另一个开放的联络站。"
    if faults:
        raise Invalid("station.close", fields=faults)
    _end_manager(ctx, station, successor)
    _move_deputies(ctx, station, successor)
    for day in ReceptionDay.objects.filter(station=station, day__gte=clock.today(), cancelled_at__isnull=True):
        day.cancelled_at, day.cancel_reason = ctx.now, f"联络站关闭：{said}"[:100]
        ctx.update(day, "cancelled_at", "cancel_reason")
    for code in WallCode.objects.filter(station=station, is_active=True):
        code.is_active = False
        ctx.update(code, "is_active")
    station.is_active, station.merged_into = False, successor
    # Whoever manages the successor has the old station's messages from now on.
    station.manager = successor.manager if successor is not None else None
    ctx.update(station, "is_active", "merged_into", "manager")
    return station


def _end_manager(ctx: Context, station: Station, successor: Station | None) -> None:
    if station.manager is None:
        return
    party = station.manager.party
    party.is_active = False
    ctx.update(party, "is_active")
    for holding in Holding.objects.filter(post_id=party.id, ends_on__isnull=True):
        holding.ends_on = clock.today() - timedelta(days=1)
        ctx.update(holding, "ends_on")
    ctx.defer("congress.hand_over_all", person=party.id, successor=successor and successor.manager_id)


def _move_deputies(ctx: Context, station: Station, successor: Station | None) -> None:
    if successor is None:
        return
    there = set(StationDeputy.objects.filter(station=successor).values_list("person_id", flat=True))
    for row in StationDeputy.objects.filter(station=station).exclude(person_id__in=there):
        ctx.insert(StationDeputy(tenant_id=successor.tenant_id, station=successor, person_id=row.person_id))


@existing("station.reopen", title="重新开放联络站", permission="station.edit", select=stations_for)
def station_reopen(ctx: Context, station: Station, *, reason: str) -> Station:
    """Open a closed station again, with its code and a manager's post of its own.

    Raises:
        Invalid: no reason.
        Refused: it is open.
    """
    if station.is_active:
        raise Refused("station.open", "这个联络站没有关闭。")
    if not reason.strip():
        raise Invalid("station.reason", fields={"reason": "请写明原因。"})
    station.is_active, station.merged_into = True, None
    station.manager = _manager_post(ctx, station.name, _host(station.tenant_id, station.place))
    ctx.update(station, "is_active", "merged_into", "manager")
    for code in WallCode.objects.filter(station=station).order_by("-id")[:1]:
        code.is_active = True
        ctx.update(code, "is_active")
    return station


@existing("station.serve", title="安排进站代表", permission="station.edit", select=stations_for)
def station_serve(ctx: Context, station: Station, *, people: Sequence[int]) -> Station:
    """Who serves at a station from now on: the whole list. They may sit in the congresses above as well.

    Raises:
        Invalid: somebody who is no deputy in office there.
        Refused: the station is closed.
    """
    if not station.is_active:
        raise Refused("station.closed", "这个联络站已经关闭。")
    wanted = set(people)
    if wanted - set(deputies_to_serve(station).values_list("party_id", flat=True)):
        raise Invalid("station.deputies", fields={"people": "其中有人不是本级或上级的在任代表。"})
    there = set(StationDeputy.objects.filter(station=station).values_list("person_id", flat=True))
    StationDeputy.objects.filter(station=station, person_id__in=there - wanted).delete()
    for person in there - wanted:
        publish(ctx, publishing.DEPUTY, person)
    ctx.insert(
        *(
            StationDeputy(tenant_id=station.tenant_id, station=station, person_id=person)
            for person in sorted(wanted - there)
        )
    )
    ctx.detail(came=len(wanted - there), left=len(there - wanted))
    return station
