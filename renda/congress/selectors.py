"""Which rows exist for whom. Pages, exports, the API and the actions fetch through these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.db.models import F, Q, QuerySet

from renda.congress.models import (
    SEPARATED_ADMINISTRATORS,
    Congress,
    DeputyLevel,
    Mandate,
    Organisation,
    Person,
    Post,
    PostKind,
    Station,
    StationDeputy,
    WallCode,
)
from renda.kernel import policy
from renda.kernel.codes.api import read_short_code
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

# The nearest to the constituent first.
LEVEL_ORDER = {level: place for place, level in enumerate(reversed(DeputyLevel.values))}
MOST_FOUND = 200


# --- inside: for actors ---------------------------------------------------------------------------------------------


def people_for(actor: Actor) -> QuerySet[Person]:
    """The accounts an actor may look at: those at home in congresses where she may, and always her own.

    Who appoints administrators sees those who are.
    """
    tenants = policy.tenants_where(actor, "person.view") | policy.tenants_where(actor, "person.disable")
    where = Q(party__tenant_id__in=tenants) | Q(party_id=actor.party_id)
    if appointing := policy.tenants_where(actor, "holding.assign_administrator"):
        administrators = Holding.objects.filter(
            post__post__kind__in=SEPARATED_ADMINISTRATORS, post__tenant_id__in=appointing, ends_on__isnull=True
        )
        where |= Q(party_id__in=administrators.values("person_id"))
    return Person.objects.filter(where)


def organisations_for(actor: Actor) -> QuerySet[Organisation]:
    """The organisations of the actor's congresses."""
    return Organisation.objects.filter(tenant_id__in=actor.tenants)


def posts_for(actor: Actor) -> QuerySet[Post]:
    """The posts of the actor's congresses."""
    return Post.objects.filter(tenant_id__in=actor.tenants).select_related("party", "organisation")


def holdings_for(actor: Actor) -> QuerySet[Holding]:
    """Who holds which post in the actor's congresses."""
    # The congress of the post is the congress of the holding: what permissions are asked for.
    rows = Holding.objects.filter(post__tenant_id__in=actor.tenants).annotate(tenant_id=F("post__tenant_id"))
    found: QuerySet[Holding] = rows.select_related("person", "post")
    return found


def business_holdings_for(actor: Actor) -> QuerySet[Holding]:
    """The same without the three separated administrators, who are none of the office's business."""
    return holdings_for(actor).exclude(post__post__kind__in=SEPARATED_ADMINISTRATORS)


def stations_for(actor: Actor) -> QuerySet[Station]:
    """Stations of the actor's congresses; a station manager sees her own."""
    if actor.posts and all(post.kind == PostKind.STATION_MANAGER for post in actor.posts):
        return Station.objects.filter(manager_id__in=actor.party_ids)
    return Station.objects.filter(tenant_id__in=actor.tenants)


def mandates_for(actor: Actor) -> QuerySet[Mandate]:
    """Mandates of the actor's congresses."""
    return Mandate.objects.filter(tenant_id__in=actor.tenants).select_related("person__party", "district", "term")


def sessions_for(actor: Actor) -> QuerySet[UserSession]:
    """One's own sessions; for a security administrator those of the people of her congresses."""
    tenants = policy.tenants_where(actor, "security.sessions")
    rows: QuerySet[UserSession] = UserSession.objects.filter(
        Q(user_id=actor.party_id) | Q(user__party__tenant_id__in=tenants)
    )
    return rows


def congresses_for(actor: Actor) -> QuerySet[Congress]:
    """The actor's congresses."""
    return Congress.objects.filter(tenant_id__in=actor.tenants).select_related("tenant", "place")


def handlers(tenant_id: int) -> QuerySet[Organisation]:
    """The units (承办单位) of a congress that matters can be assigned to."""
    return Organisation.objects.filter(tenant_id=tenant_id, is_handler=True, is_active=True).order_by("id")


# --- what is public of deputies, and wall codes ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundMandate:
    """One seat of a deputy, as the public sees it."""

    mandate_id: int
    tenant_id: int
    level: DeputyLevel
    body_name: str
    district: str


@dataclass(frozen=True)
class FoundDeputy:
    """A deputy as the public finds her: no contact, no address."""

    person_id: int
    name: str
    occupation: str
    is_demo: bool
    mandates: tuple[FoundMandate, ...]
    code: str

    @property
    def tenant_id(self) -> int:
        """The congress nearest to the constituent in which she sits."""
        return self.mandates[0].tenant_id


def deputies_serving(station: Station) -> list[FoundDeputy]:
    """Who serves at a station and may be contacted, nearest level first; they may sit in the congresses above it as well."""
    path = Tenant.objects.filter(id=station.tenant_id).values_list("path", flat=True).first() or []
    return _published(path, Q(person__stations__station_id=station.pk))


def deputy_by_person(person_id: int) -> FoundDeputy | None:
    """A deputy in office whom the public may contact."""
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    return next(iter(_published(tenants, Q(person_id=person_id))), None)


def _published(tenants: Iterable[int], where: Q) -> list[FoundDeputy]:
    with tenant_transaction(tenants, durable=False):
        found = list(
            Mandate.objects.filter(where, status=Mandate.Status.ACTIVE, ends_on__isnull=True, is_public=True)
            .select_related("person__party", "district")
            .distinct()[: MOST_FOUND * 2]
        )
    codes = dict(
        WallCode.objects.filter(
            person_id__in={mandate.person_id for mandate in found}, is_active=True, kind=WallCode.Kind.DEPUTY
        ).values_list("person_id", "code")
    )
    people: dict[int, list[Mandate]] = {}
    for mandate in sorted(found, key=lambda mandate: (LEVEL_ORDER[mandate.level], mandate.id)):
        people.setdefault(mandate.person_id, []).append(mandate)
    return [_found(mandates, codes.get(person_id, "")) for person_id, mandates in people.items()][:MOST_FOUND]


def _found(mandates: list[Mandate], code: str) -> FoundDeputy:
    person = mandates[0].person
    return FoundDeputy(
        person_id=person.party_id,
        name=person.name,
        occupation=person.occupation,
        is_demo=person.is_demo,
        code=code,
        mandates=tuple(
            FoundMandate(
                mandate_id=mandate.id,
                tenant_id=mandate.tenant_id,
                level=DeputyLevel(mandate.level),
                body_name=mandate.body_name,
                district=mandate.district.name if mandate.district else "",
            )
            for mandate in mandates
        ),
    )


def open_code(code: str) -> WallCode | None:
    """What a scanned or typed code names; None for a mistyped, unknown or withdrawn one."""
    read = read_short_code(code)
    if read is None:
        return None
    rows = WallCode.objects.filter(code=read, is_active=True, tenant__is_active=True)
    return rows.select_related("tenant").first()


def open_codes(codes: Iterable[str]) -> dict[str, WallCode]:
    """``open_code`` for a set, by the code as it was given; what names nothing is left out."""
    read = {given: read_short_code(given) for given in codes}
    rows = WallCode.objects.filter(
        code__in=[code for code in read.values() if code], is_active=True, tenant__is_active=True
    )
    found = {row.code: row for row in rows.select_related("tenant")}
    return {given: found[code] for given, code in read.items() if code in found}


def answers_at(code: WallCode, person_id: int) -> bool:
    """Whether a deputy can be chosen behind a code: she serves at the station, sits for the district, or is named."""
    if code.station_id is not None:
        return StationDeputy.objects.filter(station_id=code.station_id, person_id=person_id).exists()
    if code.district_id is not None:
        seats = Mandate.objects.filter(district_id=code.district_id, person_id=person_id, ends_on__isnull=True)
        return seats.filter(status=Mandate.Status.ACTIVE).exists()
    return code.person_id == person_id
