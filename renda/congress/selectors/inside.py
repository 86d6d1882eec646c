"""Which rows exist for an actor: pages, exports and actions fetch through these."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from renda.congress.models import (
    SEPARATED_ADMINISTRATORS,
    Congress,
    ElectoralDistrict,
    Mandate,
    Organisation,
    Person,
    Place,
    PlaceLevel,
    Post,
    PostKind,
    ReceptionDay,
    Station,
    StationDeputy,
)
from renda.kernel import clock, policy
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy.models import Tenant


def people_for(actor: Actor) -> QuerySet[Person]:
    """The accounts an actor may look at: those at home in congresses where she may, and always her own.

    Who appoints administrators sees those who are.
    """
    names = ("person.view", "person.disable", "person.set_email")
    tenants = frozenset().union(*(policy.tenants_where(actor, name) for name in names))
    where = Q(party__tenant_id__in=tenants) | Q(party_id=actor.party_id)
    if appointing := policy.tenants_where(actor, "holding.assign_administrator"):
        administrators = Holding.objects.filter(
            post__post__kind__in=SEPARATED_ADMINISTRATORS, post__tenant_id__in=appointing, ends_on__isnull=True
        )
        where |= Q(party_id__in=administrators.values("person_id"))
    return Person.objects.filter(where)


def addressees_for(actor: Actor) -> QuerySet[Person]:
    """The accounts whose e-mail address an actor may set: her own, and those her post keeps."""
    kept = policy.tenants_where(actor, "person.set_email")
    return Person.objects.filter(Q(party_id=actor.party_id) | Q(party__tenant_id__in=kept)).defer(None)


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


def stations_kept_for(actor: Actor) -> QuerySet[Station]:
    """Stations whose reception days an actor arranges: those of her office, and those she manages herself."""
    kept = policy.tenants_where(actor, "station.edit")
    return Station.objects.filter(Q(tenant_id__in=kept) | Q(manager_id__in=actor.party_ids))


def deputies_to_serve(station: Station) -> QuerySet[Person]:
    """The deputies in office of a station's congress and of those above it: who may serve there, by name."""
    today = clock.today()
    path = Tenant.objects.filter(id=station.tenant_id).values_list("path", flat=True).first() or []
    acting = Holding.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        post__post__kind=PostKind.DEPUTY,
        post__post__tenant_id__in=path,
        starts_on__lte=today,
    )
    people = Person.objects.filter(party_id__in=acting.values("person_id"), party__is_active=True)
    return people.order_by("pinyin", "party_id")


def deputies_near(station: Station) -> QuerySet[Person]:
    """Of those who may serve at a station: who does, first, and who was elected where it is."""
    place = station.place
    covered = Q(district__coverage__place__in=[place.pk, place.parent_id or place.pk])
    covered |= Q(district__coverage__place__parent=place)
    elected = Mandate.objects.filter(covered, ends_on__isnull=True, status=Mandate.Status.ACTIVE)
    serving = StationDeputy.objects.filter(station=station)
    found = deputies_to_serve(station).annotate(serves=Exists(serving.filter(person_id=OuterRef("party_id"))))
    return found.filter(Q(serves=True) | Q(party_id__in=elected.values("person_id"))).order_by(
        "-serves", "pinyin", "party_id"
    )


def reception_days_for(actor: Actor) -> QuerySet[ReceptionDay]:
    """Reception days at those stations."""
    return ReceptionDay.objects.filter(station__in=stations_kept_for(actor)).select_related("station", "person__party")


def districts_for(actor: Actor) -> QuerySet[ElectoralDistrict]:
    """Electoral districts and electing units of the actor's congresses."""
    return ElectoralDistrict.objects.filter(tenant_id__in=actor.tenants)


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


def places_to_found(congress: Congress) -> QuerySet[Place]:
    """The places right below a congress that have none of their own yet and may have one: sub-districts may not."""
    rows = Place.objects.filter(parent_id=congress.place_id, valid_to__isnull=True, congress__isnull=True)
    rows = rows.filter(level__in=(PlaceLevel.COUNTY, PlaceLevel.TOWNSHIP)).order_by("code")
    # The same rule as ``Place.is_subdistrict``.
    return rows.exclude(level=PlaceLevel.TOWNSHIP, code__regex=r"^\d{6}0\d\d")


def handlers(tenant_id: int) -> QuerySet[Organisation]:
    """The units (承办单位) of a congress that matters can be assigned to."""
    return Organisation.objects.filter(tenant_id=tenant_id, is_handler=True, is_active=True).order_by("id")
