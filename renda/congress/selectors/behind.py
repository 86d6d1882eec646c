"""Who stands behind a wall code today. Codes outlive a term, and people leave: a code never leads to nobody.

A deputy who has left (or is not to be contacted in public) gives way to the deputies who sit for her district now, and
where there are none to the station nearest to it. A station that was closed leads on to the one that took over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, When

from renda.congress.models import (
    DistrictPlace,
    ElectoralDistrict,
    Mandate,
    PostKind,
    Station,
    StationDeputy,
    WallCode,
)
from renda.congress.selectors.published import FoundDeputy, deputies_serving, deputy_by_person, published_in
from renda.kernel import clock
from renda.kernel.codes.api import read_short_code
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction


@dataclass(frozen=True)
class Behind:
    """Who reads what is left at a code. ``is_as_printed`` False: not the deputy (or nobody of the district) on it."""

    deputies: tuple[FoundDeputy, ...]
    station: Station | None = None
    district: ElectoralDistrict | None = None
    is_as_printed: bool = True


def open_code(code: str) -> WallCode | None:
    """What a scanned or typed code names; None for a mistyped, unknown or withdrawn one.

    A closed station's code gives that of the station that took over.
    """
    read = read_short_code(code)
    if read is None:
        return None
    found = WallCode.objects.filter(code=read, tenant__is_active=True).select_related("tenant").first()
    return found if found is None or found.is_active else _taken_over(found)


def open_codes(codes: Iterable[str]) -> dict[str, WallCode]:
    """``open_code`` for a set, by the code as it was given; what names nothing is left out. One query where all are in use."""
    read = {given: read_short_code(given) for given in codes}
    rows = WallCode.objects.filter(code__in=[code for code in read.values() if code], tenant__is_active=True)
    found = {row.code: row if row.is_active else _taken_over(row) for row in rows.select_related("tenant")}
    return {given: row for given, code in read.items() if code and (row := found.get(code)) is not None}


def _taken_over(code: WallCode) -> WallCode | None:
    with tenant_transaction([code.tenant_id], durable=False):
        station = Station.objects.filter(id=code.station_id).select_related("merged_into__merged_into").first()
        while station is not None and not station.is_active:
            station = station.merged_into
    if station is None:
        return None
    return WallCode.objects.filter(station_id=station.id, is_active=True).select_related("tenant").first()


def behind(code: WallCode) -> Behind:
    """Who stands behind a code today."""
    if code.station_id is not None:
        with tenant_transaction([code.tenant_id], durable=False):
            station = Station.objects.select_related("place").filter(id=code.station_id).first()
        return Behind(tuple(deputies_serving(code.station_id, code.tenant_id)), station)
    if code.person_id is not None and (deputy := deputy_by_person(code.person_id)) is not None:
        return Behind((deputy,))
    district = _district_of(code)
    deputies = tuple(published_in(district.id, code.tenant_id)) if district else ()
    as_printed = code.person_id is None and bool(deputies)
    return Behind(deputies, None if as_printed else _nearest_station(code, district), district, as_printed)


def aim_of(code: WallCode, chosen: int | None) -> tuple[int | None, int | None]:
    """Whom a message left at a code is for: the deputy's person (``chosen`` there, or the one on the code) and the
    station. One query where all is as printed; the code's tenant is in scope.

    Raises:
        LookupError: whom the writer has chosen does not answer at this code.
    """
    if code.station_id is not None:
        if chosen is not None and not _serves(code.station_id, chosen):
            raise LookupError(chosen)
        return chosen, code.station_id
    named = code.person_id if chosen is None else chosen
    there = Mandate.objects.filter(
        tenant_id=code.tenant_id, status=Mandate.Status.ACTIVE, ends_on__isnull=True, is_public=True
    )
    there = there.filter(district_id=code.district_id) if code.district_id is not None else there
    there = there.filter(person_id=named) if named is not None else there
    if (code.person_id is None or named == code.person_id) and there.exists():
        return named, None
    return _aim_at_who_is_there(code, chosen)


def _aim_at_who_is_there(code: WallCode, chosen: int | None) -> tuple[int | None, int | None]:
    found = behind(code)
    if chosen is not None and all(chosen != deputy.person_id for deputy in found.deputies):
        raise LookupError(chosen)
    if chosen is None and code.person_id is not None and found.is_as_printed:
        chosen = code.person_id
    return chosen, found.station.id if found.station is not None else None


def _acting(person_id: int) -> QuerySet[Holding]:
    """The person's posts as a deputy today; holdings can be asked whatever the scope."""
    today = clock.today()
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Holding.objects.filter(running, post__post__kind=PostKind.DEPUTY, person_id=person_id, starts_on__lte=today)


def _serves(station_id: int, person_id: int) -> bool:
    serving = StationDeputy.objects.filter(station_id=station_id, person_id=person_id)
    return serving.filter(person_id__in=_acting(person_id).values("person_id")).exists()


def _district_of(code: WallCode) -> ElectoralDistrict | None:
    """The code's district, or the one for which its deputy sat last."""
    with tenant_transaction([code.tenant_id], durable=False):
        if code.district_id is not None:
            return ElectoralDistrict.objects.filter(id=code.district_id).first()
        sat = Mandate.objects.filter(person_id=code.person_id, tenant_id=code.tenant_id, district__isnull=False)
        last = sat.select_related("district").order_by("-starts_on", "-id").first()
    return last and last.district


# Homes before stations before points.
_ORDER = Case(When(kind=Station.Kind.HOME, then=0), When(kind=Station.Kind.STATION, then=1), default=2)


def _nearest_station(code: WallCode, district: ElectoralDistrict | None) -> Station | None:
    """Where the deputy served; else a station at a place of the district, or in its township; else the congress's."""
    with tenant_transaction([code.tenant_id], durable=False):
        stations = Station.objects.filter(is_active=True, tenant_id=code.tenant_id).select_related("place")
        covered = DistrictPlace.objects.filter(district_id=district and district.id)
        nearer = [
            Q(place_id__in=covered.values("place_id")),
            Q(place_id__in=covered.values("place__parent_id")),
            Q(place__parent_id__in=covered.values("place_id")),
            Q(),
        ]
        if code.person_id is not None:
            nearer.insert(0, Q(deputies__person_id=code.person_id))
        found = (stations.filter(where).order_by(_ORDER, "id").first() for where in nearer)
        return next((station for station in found if station is not None), None)
