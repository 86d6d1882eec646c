"""Who works where in the demo city: the people of one congress, looked up when a scene first needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from renda.congress.api import (
    Congress,
    CongressLevel,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    Post,
    PostKind,
    Station,
    actor_for,
    organisations_to_oversee,
)
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.voice.replay_people import People, person_in

# So many of a congress's deputies get the demo's messages, again and again.
BUSY_DEPUTIES = 2


@dataclass
class Desk:
    """One congress at work. ``above`` is the desk that assigns what lies beyond its reach."""

    people: People
    # Whoever leaves and rates messages, in all congresses of the city.
    public: Actor
    above: Desk | None = None
    _managers: dict[int, Actor | None] = field(default_factory=dict)

    @property
    def congress(self) -> Congress:
        return self.people.congress

    @property
    def tenant(self) -> Tenant:
        return self.congress.tenant

    @cached_property
    def deputies(self) -> list[Person]:
        """Those who get the demo's messages. First who sits in this congress alone: so does the printed sign-in."""
        alone = sorted(self.people.people, key=lambda person: person.party.tenant_id != self.tenant.id)
        return alone[:BUSY_DEPUTIES]

    @property
    def is_township(self) -> bool:
        return self.congress.level == CongressLevel.TOWNSHIP

    @cached_property
    def stations(self) -> list[Station]:
        """Open stations with a manager, the home first."""
        with tenant_transaction([self.tenant.id]):
            rows = Station.objects.filter(tenant=self.tenant, is_active=True, manager__isnull=False)
            found = list(rows.select_related("place").order_by("id"))
        return [station for station in found if self.manager(station) is not None]

    def manager(self, station: Station) -> Actor | None:
        """Who keeps the station."""
        if station.id not in self._managers:
            person = person_in(PostKind.STATION_MANAGER, station, self.tenant.id)
            self._managers[station.id] = actor_for(person) if person else None
        return self._managers[station.id]

    @cached_property
    def supervisor(self) -> Actor | None:
        """Who records decisions to oversee; a township has none."""
        person = person_in(PostKind.SUPERVISOR, self.tenant, self.tenant.id)
        return actor_for(person) if person else None

    @cached_property
    def overseeing(self) -> Organisation | None:
        """The body whose decision it is."""
        return organisations_to_oversee(self.tenant).first()

    def head(self, unit: Organisation) -> Post | None:
        """The post that heads a handling unit."""
        posts = Post.objects.filter(organisation=unit, kind=PostKind.HANDLER_HEAD, party__is_active=True)
        return posts.select_related("party").order_by("party_id").first()

    @cached_property
    def government(self) -> Organisation | None:
        """The government office, which rules who is responsible and often works along."""
        kinds = (OrganisationKind.GOVERNMENT_OFFICE, OrganisationKind.TOWNSHIP_GOVERNMENT)
        return next((unit for unit in self.people.units if unit.kind in kinds), None)

    @cached_property
    def villages(self) -> dict[int, list[Place]]:
        """By township: the villages in it."""
        rows = Place.objects.filter(parent__in=self.people.places, level="village", valid_to__isnull=True)
        found: dict[int, list[Place]] = {place.id: [] for place in self.people.places}
        for place in rows.order_by("code"):
            found[place.parent_id or 0].append(place)
        return found

    def somewhere(self, rng: Random) -> tuple[Place, Place]:
        """A township of the congress and a village in it (or the township again)."""
        township = rng.choice(self.people.places)
        return township, rng.choice(self.villages.get(township.id) or [township])
