"""From a person to an Actor: what she holds today and the tenants she works in."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from renda.congress.models import Person
from renda.kernel import clock
from renda.kernel.access import api as access
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Holding
from renda.kernel.policy.registry import GRANTS
from renda.kernel.tenancy.models import Tenant


def actor_for(person: Person | AnonymousUser | None, *, address: str = "") -> Actor:
    """The actor of a person (public for nobody, or for an account that is not active).

    Two queries whatever the number of posts: the holdings of today with their posts, and the trees below them.
    """
    if not isinstance(person, Person) or not person.is_active:
        return Actor.public(address=address)
    today = clock.today()
    held = list(
        Holding.objects.filter(person_id=person.party_id, starts_on__lte=today, post__is_active=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .order_by("id")
        .values_list(
            "post_id", "post__post__kind", "post__post__organisation_id", "post__post__tenant_id", "post__name"
        )
    )
    roots = {row[3] for row in held}
    below = _below(roots)
    posts = tuple(
        HeldPost(post_id, kind, organisation_id, tenant_id, frozenset(below[tenant_id]), title)
        for post_id, kind, organisation_id, tenant_id, title in held
    )
    tenants = frozenset(tenant for post in posts for tenant in post.below)
    # Only who may break the glass is asked whether she has.
    may_open = any((post.kind, access.OPEN) in GRANTS for post in posts)
    opened = access.opened_for(person.party_id) if may_open else frozenset()
    return Actor("person", person.name, person.party_id, posts, tenants, address, opened)


def _below(roots: set[int]) -> dict[int, set[int]]:
    """For each root the ids of the active tenants under it, itself included."""
    below: dict[int, set[int]] = {root: {root} for root in roots}
    if roots:
        for tenant_id, path in Tenant.objects.filter(path__overlap=sorted(roots), is_active=True).values_list(
            "id", "path"
        ):
            for root in roots.intersection(path):
                below[root].add(tenant_id)
    return below
