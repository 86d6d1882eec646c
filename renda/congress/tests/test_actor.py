"""Who a person is to the house: posts of today, the scope below them, and the wall between administrators."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from renda.congress.actors import actor_for
from renda.congress.models import Mandate, Post, PostKind, Station
from renda.congress.who import posts_named
from renda.kernel import clock, policy
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast


def test_a_county_assigner_works_in_the_county_and_its_townships(cast: Cast) -> None:
    actor = cast.actor("county_assigner")
    assert actor.tenants == {cast.tenant("county"), cast.tenant("township"), cast.tenant("other_township")}


def test_building_an_actor_takes_three_queries_at_most_whatever_the_posts(cast: Cast) -> None:
    person = cast.people["county_deputy"]
    for post in Post.objects.filter(kind=PostKind.MEMBER):
        Holding.objects.create(person_id=person.party_id, post_id=post.party_id, starts_on=date(2022, 1, 8))
    with CaptureQueriesContext(connection) as queries:
        actor = actor_for(person)
    assert len(actor.posts) > 2
    assert len(queries) <= 3


def test_a_post_held_until_yesterday_gives_nothing_today(cast: Cast) -> None:
    person = cast.people["stranger"]
    Holding.objects.filter(person_id=person.party_id).update(ends_on=clock.today() - timedelta(days=1))
    actor = actor_for(person)
    assert (actor.posts, actor.tenants) == ((), frozenset())


def test_a_disabled_or_expired_account_is_the_public(cast: Cast) -> None:
    person = cast.people["deputy"]
    person.expires_on = clock.today() - timedelta(days=1)
    assert not actor_for(person).is_signed_in
    person.expires_on = None
    person.party.is_active = False
    assert not actor_for(person).is_signed_in


def test_a_county_sees_its_townships_stations_and_not_the_other_countys(cast: Cast) -> None:
    with tenant_transaction(cast.actor("county_assigner").tenants, durable=False):
        assert set(Station.objects.values_list("name", flat=True)) == {"路口镇代表之家", "赤壁街道代表之家"}
    with tenant_transaction([], durable=False):
        assert not Mandate.objects.exists()


@pytest.mark.parametrize("second", ["security_administrator", "audit_administrator", "business_administrator"])
def test_the_database_refuses_a_second_post_to_an_administrator(cast: Cast, second: str) -> None:
    post = cast.actor(second).posts[0].post_id
    person = cast.people["system_administrator"]
    holding = Holding(person_id=person.party_id, post_id=post, starts_on=clock.today())
    with pytest.raises(IntegrityError, match="separated administrators"), transaction.atomic():
        holding.save()
    assert len(actor_for(person).posts) == 1


def test_administrators_have_no_business_rights_and_the_office_has_no_platform_rights(cast: Cast) -> None:
    city = cast.tenant("city")
    system, office = cast.actor("system_administrator"), cast.actor("business_administrator")
    assert policy.may(system, "place.import", city)
    assert not any(policy.may(system, name, city) for name in ("person.invite", "roster.import", "person.view"))
    assert policy.may(office, "roster.import", cast.tenant("township"))
    assert not any(policy.may(office, name, city) for name in ("place.import", "audit.read", "security.sessions"))


def test_expressions_name_posts_of_the_organisation_the_congress_and_the_station(cast: Cast) -> None:
    county, transport = cast.congresses["county"], cast.organisations["case_officer"]
    assigner, officer = cast.actor("county_assigner").posts[0].post_id, cast.actor("case_officer").posts[0].post_id
    assert posts_named("post:assigner", county, 0) == [assigner]
    assert posts_named("post:assigner", None, county.tenant_id) == [assigner]
    assert posts_named("post:case_officer", transport, county.tenant_id) == [officer]
    assert posts_named("head", transport, county.tenant_id) == [cast.actor("handler_head").posts[0].post_id]
    assert posts_named("head", county, county.tenant_id) == []
    assert posts_named("post:nobody", county, county.tenant_id) == []


def test_a_station_of_a_subdistrict_asks_the_subdistricts_committee_first(cast: Cast) -> None:
    clerk = cast.actor("subdistrict_clerk").posts[0].post_id
    assert posts_named("post:clerk", cast.stations["subdistrict"], 0) == [clerk]
    assert posts_named("post:clerk", cast.stations["township"], 0) == [cast.actor("presidium_clerk").posts[0].post_id]
    assert posts_named("post:assigner", cast.stations["subdistrict"], 0) == [
        cast.actor("county_assigner").posts[0].post_id
    ]
