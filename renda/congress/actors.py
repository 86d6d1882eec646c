"""From a person to an Actor: what she holds today and the tenants she works in."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from renda.congress.models import Person
from renda.kernel import clock
from renda.kernel.access import api as access
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Holding
from renda.kernel.policy.registry import GRANTS
from renda.kernel.tenancy.models import Tenant


def actor_for(person: Person | AnonymousUser | None, *, address: str = "") -> Actor:
    """The actor of a person (public for nobody, or for an account that is not active).

    One query whatever the number of posts (and one for who may break the glass).
    """
    if not isinstance(person, Person) or not person.is_active:
        return Actor.public(address=address)
    today = clock.today()
    held = list(
        Holding.objects.filter(person_id=person.party_id, starts_on__lte=today, post__is_active=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .order_by("id")
        .values_list(
            "post_id",
            "post__post__kind",
            "post__post__organisation_id",
            "post__post__tenant_id",
            "post__name",
            # The active tenants under the post's own: read along, for every request begins here.
            ArraySubquery(
                Tenant.objects.filter(path__contains=[OuterRef("post__post__tenant_id")], is_active=True).values("id")
            ),
        )
    )
    posts = tuple(
        HeldPost(post_id, kind, organisation_id, tenant_id, frozenset({tenant_id, *below}), title)
        for post_id, kind, organisation_id, tenant_id, title, below in held
    )
    tenants = frozenset(tenant for post in posts for tenant in post.below)
    # Only who may break the glass is asked whether she has.
    may_open = any((post.kind, access.OPEN) in GRANTS for post in posts)
    opened = access.opened_for(person.party_id) if may_open else frozenset()
    return Actor("person", person.name, person.party_id, posts, tenants, address, opened)


def herself(person: Person, address: str = "") -> Actor:
    """A person acting on her own account: her home congress is in scope even while she holds no post."""
    actor = actor_for(person, address=address)
    home = frozenset() if person.tenant_id is None else frozenset({person.tenant_id})
    return replace(actor, tenants=actor.tenants | (home or {NO_TENANT}))
