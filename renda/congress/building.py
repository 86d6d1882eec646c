"""Building in set form: rows are collected in memory and each table is written with one statement.

Used by the demo city, the test cast and imports; the caller holds the transaction and its scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models

from renda.congress.models import (
    Congress,
    CongressLevel,
    DeputyLevel,
    ElectoralDistrict,
    Mandate,
    Organisation,
    OrganisationKind,
    Person,
    Place,
    Post,
    PostKind,
    Station,
    StationDeputy,
    Term,
    WallCode,
)
from renda.congress.pinyin import reading
from renda.congress.structure import Unit, administration, subdistrict_units, units
from renda.kernel.parties.models import Holding, Party
from renda.kernel.tenancy.models import Tenant


class Builder:
    """Collects rows; ``store`` writes them. Everything made carries ``is_demo`` as the builder was told."""

    def __init__(self, *, since: date, is_demo: bool = False) -> None:
        self.since = since
        self.is_demo = is_demo
        self.rows: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
        self.tenants: list[int] = []
        self._organisations: dict[tuple[int, str, int | None], Organisation] = {}
        self._posts: dict[tuple[int, str], Post] = {}

    def add(self, *rows: models.Model) -> None:
        """Collect rows to be stored."""
        for row in rows:
            self.rows[type(row)].append(row)

    def store(self) -> dict[str, int]:
        """Write all collected rows (foreign keys are deferred, so tables come in any order); rows by table."""
        stored = {}
        for model, rows in self.rows.items():
            # Not COPY: PostgreSQL refuses it on tables with row-level security.
            model._base_manager.bulk_create(rows, batch_size=5000)
            stored[model._meta.label] = len(rows)
        self.rows.clear()
        return stored

    def congress(self, place: Place, name: str, level: CongressLevel, parent: Congress | None = None) -> Congress:
        """A tenant with its congress and the organisations and posts of its level; the highest has the administration."""
        tenant = Tenant.make(name=name, level=level, parent=parent.tenant if parent else None)
        congress = Congress(tenant=tenant, place=place, level=level, name=name, is_demo=self.is_demo)
        self.add(tenant, congress)
        self.tenants.append(tenant.id)
        above = parent.place.name if parent else ""
        words = {"congress": name, "place": place.name, "party": f"中共{place.name}", "above": above}
        for unit in [*units(level), *([] if parent else [administration()])]:
            self.organisation(congress, unit, words, place=place)
        return congress

    def subdistrict(self, congress: Congress, place: Place) -> None:
        """A sub-district's working committee and office, as organisations of the county's congress."""
        words = {"congress": congress.name, "place": place.name, "party": "", "above": ""}
        for unit in subdistrict_units():
            self.organisation(congress, unit, words, place=place)

    def organisation(
        self, congress: Congress, unit: Unit, words: dict[str, str], *, place: Place | None = None
    ) -> Organisation:
        """One organisation with its posts."""
        parent = self._organisations.get((congress.tenant_id, unit.under, congress.place_id)) if unit.under else None
        organisation = Organisation(
            tenant_id=congress.tenant_id,
            parent=parent,
            place=place,
            kind=unit.kind,
            department=unit.department,
            name=unit.name.format(**words),
            is_handler=unit.is_handler,
            is_vertical=unit.is_vertical,
            is_demo=self.is_demo,
        )
        self.add(organisation)
        key = (congress.tenant_id, unit.department or unit.kind, place.id if place else None)
        self._organisations.setdefault(key, organisation)
        for kind, title in unit.posts.items():
            self.post(organisation, kind, title)
        return organisation

    def find(self, congress: Congress, what: str, place: Place | None = None) -> Organisation:
        """The organisation of a kind or department made for this congress (and sub-district)."""
        return self._organisations[(congress.tenant_id, what, (place or congress.place).id)]

    def post(self, organisation: Organisation, kind: PostKind, title: str) -> Post:
        """A post, known to the kernel as a party with the organisation's name before the title."""
        party = Party(kind=Party.Kind.POST, name=f"{organisation.name}·{title}", tenant_id=organisation.tenant_id)
        post = Post(party=party, tenant_id=organisation.tenant_id, organisation=organisation, kind=kind, title=title)
        self.add(party, post)
        self._posts.setdefault((organisation.id, kind), post)
        return post

    def post_in(self, organisation: Organisation, kind: str) -> Post:
        """The first post of a kind in an organisation made here."""
        return self._posts[(organisation.id, kind)]

    def person(
        self,
        name: str,
        user_name: str,
        home: Congress,
        *,
        password: str | None = None,
        occupation: str = "",
        phone: str = "",
    ) -> Person:
        """A person; without a password the account sleeps until it is invited."""
        pinyin, initials = reading(name)
        party = Party(kind=Party.Kind.PERSON, name=name, tenant_id=home.tenant_id)
        person = Person(
            party=party,
            user_name=user_name,
            pinyin=pinyin,
            initials=initials,
            occupation=occupation,
            phone=phone,
            password=make_password(password),
            is_demo=self.is_demo,
        )
        self.add(party, person)
        return person

    def hold(self, person: Person, post: Post, since: date | None = None) -> Holding:
        """The person holds the post from a day on."""
        holding = Holding(person_id=person.party_id, post_id=post.party_id, starts_on=since or self.since)
        self.add(holding)
        return holding

    def elect(
        self,
        person: Person,
        congress: Congress,
        *,
        level: DeputyLevel,
        body_name: str,
        post: Post,
        term: Term | None = None,
        district: ElectoralDistrict | None = None,
        **given: Any,
    ) -> Mandate:
        """A mandate with the deputy's post. Bodies above the city are served, not managed."""
        own = level not in (DeputyLevel.NATIONAL, DeputyLevel.PROVINCE)
        mandate = Mandate(
            tenant_id=congress.tenant_id,
            person_id=person.party_id,
            level=level,
            body_name=body_name,
            term=term,
            district=district,
            managed_by_id=congress.tenant_id if own else None,
            starts_on=term.starts_on if term else self.since,
            **given,
        )
        self.add(mandate)
        self.hold(person, post, mandate.starts_on)
        return mandate

    def station(
        self, congress: Congress, place: Place, name: str, kind: str, host: Organisation, manager: Person, **given: Any
    ) -> Station:
        """A station with its manager's post in the organisation that keeps it."""
        post = self.post(host, PostKind.STATION_MANAGER, f"{name}管理员")
        self.hold(manager, post)
        station = Station(
            tenant_id=congress.tenant_id, place=place, name=name, kind=kind, manager=post, is_demo=self.is_demo, **given
        )
        self.add(station)
        return station

    def serve(self, station: Station, people: Sequence[Person]) -> None:
        """Deputies who serve at a station."""
        self.add(
            *(
                StationDeputy(tenant_id=station.tenant_id, station=station, person_id=person.party_id)
                for person in people
            )
        )

    def wall_code(self, code: str, target: Station | ElectoralDistrict | Person, tenant_id: int) -> WallCode:
        """A short code on a wall for a station, a district or a person."""
        match target:
            case Station():
                row = WallCode(code=code, kind=WallCode.Kind.STATION, tenant_id=tenant_id, station=target)
            case ElectoralDistrict():
                row = WallCode(code=code, kind=WallCode.Kind.DISTRICT, tenant_id=tenant_id, district=target)
            case Person():
                row = WallCode(code=code, kind=WallCode.Kind.DEPUTY, tenant_id=tenant_id, person_id=target.party_id)
        self.add(row)
        return row


def host_of(builder: Builder, congress: Congress, place: Place) -> Organisation:
    """The organisation that keeps a place's stations: its presidium, or the sub-district's committee."""
    if congress.level == CongressLevel.TOWNSHIP:
        return builder.find(congress, OrganisationKind.PRESIDIUM)
    return builder.find(congress, OrganisationKind.SUBDISTRICT_COMMITTEE, place)
