"""Whom sign-in slips are printed for."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from renda.congress.models import SEPARATED_ADMINISTRATORS, Person, PostKind
from renda.congress.selectors.inside import people_for
from renda.kernel import clock, policy
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding

_HELD = {
    "deputy": Q(post__post__kind=PostKind.DEPUTY),
    "handler": Q(post__post__organisation__is_handler=True),
    "station_manager": Q(post__post__kind=PostKind.STATION_MANAGER),
    "staff": Q(post__post__organisation__is_handler=False)
    & ~Q(post__post__kind__in=(PostKind.DEPUTY, PostKind.STATION_MANAGER)),
}


def business_administrators() -> QuerySet[Holding]:
    """Who fills posts, anywhere."""
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today())
    return Holding.objects.filter(running, post__post__kind=PostKind.BUSINESS_ADMINISTRATOR)


def fills_posts(person_id: int) -> bool:
    """Whether a person is a business administrator."""
    return business_administrators().filter(person_id=person_id).exists()


def people_to_invite(
    actor: Actor, *, tenant_id: int, whom: str, organisation_id: int | None, also_awake: bool
) -> QuerySet[Person]:
    """The people of a congress whom slips may be printed for, by what they hold; never oneself, never the platform's
    three administrators.
    """
    today = clock.today()
    held = Holding.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), post__post__tenant_id=tenant_id, starts_on__lte=today
    )
    if whom:
        held = held.filter(_HELD[whom])
    if organisation_id is not None:
        held = held.filter(post__post__organisation_id=organisation_id)
    administrators = Holding.objects.filter(post__post__kind__in=SEPARATED_ADMINISTRATORS, ends_on__isnull=True)
    rows = people_for(actor).filter(
        party_id__in=held.values("person_id"),
        party__is_active=True,
        party__tenant_id__in=policy.tenants_where(actor, "person.invite"),
    )
    rows = rows.exclude(party_id__in=actor.party_ids).exclude(party_id__in=administrators.values("person_id"))
    if not policy.may(actor, "holding.assign", tenant_id):
        rows = rows.exclude(party_id__in=business_administrators().values("person_id"))
    if not also_awake:
        rows = rows.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return rows.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today)).order_by("pinyin", "party_id")
