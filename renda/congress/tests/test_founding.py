"""A real site begins by one command; congresses below are founded on a page, with what the law gives their level."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from renda.congress.actions import congress_found, roster_import, term_begin
from renda.congress.actors import actor_for
from renda.congress.models import SECOND_FACTOR_KINDS, Congress, Organisation, Person, Place, PlaceLevel, Post, Term
from renda.congress.roster import RosterRow
from renda.congress.tests.test_pages import enter
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.tenancy import tenant_transaction
from tests.people import SINCE, Cast

NAMES = {"system": "王系统", "security": "李安全", "audit": "赵审计", "business": "钱业务"}


def found(place: str = "421200", **more: Any) -> str:
    out = StringIO()
    given = {"term": "6", "starts_on": "2022-01-08", **NAMES, **more}
    words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    call_command("congress", "found", place, *words, stdout=out, skip_checks=True)
    return out.getvalue()


@pytest.fixture
def elsewhere(db: None) -> Place:
    """A city with a county that has a township and a sub-district; nobody's congress yet."""
    city: Place = Place.objects.create(code="421200000000", name="咸宁市", level="city", valid_from=SINCE)
    county = Place.objects.create(code="421202000000", name="咸安区", level="county", parent=city, valid_from=SINCE)
    for code, name in (("421202101000", "汀泗桥镇"), ("421202001000", "温泉街道")):
        Place.objects.create(code=code, name=name, level="township", parent=county, valid_from=SINCE)
    return city


def test_a_site_begins_with_four_people_who_sign_in_by_the_codes_that_are_shown_once(elsewhere: Place) -> None:
    said = found()
    congress = Congress.objects.get(place=elsewhere)
    assert not congress.is_demo
    people = Person.objects.filter(party__tenant_id=congress.tenant_id)
    assert {post.kind for person in people for post in actor_for(person).posts} == set(SECOND_FACTOR_KINDS)
    assert all(not person.has_usable_password() for person in people)
    (code,) = re.findall(r"system_administrator　登录码 ([\w-]+)", said)
    browser = Client()
    browser.post("/sign-in/", {"user_name": "system_administrator", "secret": code})
    assert "_auth_user_id" in browser.session
    # Before anything else she sets up her second factor.
    assert browser.get("/congress/system/")["Location"] == "/account/second-factor/activate/"
    with pytest.raises(CommandError, match="已经有咸宁市人民代表大会"):
        found()
    with pytest.raises(CommandError, match="已经有咸宁市人民代表大会"):
        found("421202")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"place": "999999"}, "没有区划代码"),
        ({"place": "x"}, "区划代码应为"),
        ({"place": "421202001"}, "没有本级人民代表大会"),
        ({"audit": "王系统"}, "四个人分别担任"),
        ({"starts_on": "2022"}, "日期应写作"),
    ],
)
def test_what_cannot_begin_is_said_in_words_and_leaves_nothing(
    elsewhere: Place, given: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        found(**given)
    assert not Congress.objects.exists()
    assert not Person.objects.exists()


def test_congresses_below_are_founded_with_their_term_on_the_page(elsewhere: Place) -> None:
    found()
    office = Person.objects.get(user_name="business_administrator")
    client = enter(Cast(people={"office": office}), "office")
    top, county = Congress.objects.get(place=elsewhere), Place.objects.get(code="421202000000")
    given = {"places": [county.pk], "number": "19", "starts_on": "2021-12-20"}
    assert client.post(f"/congress/congresses/{top.pk}/found/", given).status_code == 303
    below = Congress.objects.get(place=county)
    kinds = set(Organisation.objects.filter(tenant_id=below.pk).values_list("kind", flat=True))
    assert {"standing_committee", "deputies_work_committee", "subdistrict_committee"} <= kinds
    assert "administration" not in kinds
    assert Organisation.objects.filter(tenant_id=below.pk, name="咸宁市生态环境局咸安区分局").exists()
    shown = client.get(f"/congress/congresses/{below.pk}/").content.decode()
    assert "第十九届" in shown
    page = client.get(f"/congress/congresses/{below.pk}/found/").content.decode()
    assert "汀泗桥镇" in page
    assert "温泉街道" not in page
    # The new congress works: a roster comes in at once.
    actor = actor_for(office)
    rows = [RosterRow(2, name="王一", district_number="1", district_name="第1选区")]
    assert roster_import(actor, tenant_id=below.pk, rows=rows).seated == 1


def test_a_township_at_the_top_has_its_administrators_in_its_presidium(elsewhere: Place) -> None:
    found("421202101")
    congress = Congress.objects.get(place__code="421202101000")
    post = Post.objects.get(kind="business_administrator", tenant_id=congress.pk)
    assert post.organisation.kind == "presidium"


@pytest.fixture
def bare(cast: Cast) -> Place:
    place: Place = Place.objects.create(
        code="421102103000", name="新镇", level=PlaceLevel.TOWNSHIP, parent=cast.places["county"], valid_from=SINCE
    )
    return place


def test_no_congress_is_founded_where_there_is_one_or_may_be_none(cast: Cast, bare: Place) -> None:
    office = cast.actor("county_business_administrator")
    for name in ("township", "subdistrict", "village", "far_township", "county"):
        with pytest.raises(Invalid):
            congress_found(office, cast.tenant("county"), places=[cast.places[name]])
    with pytest.raises(Invalid):
        congress_found(office, cast.tenant("county"), places=[])
    assert Congress.objects.count() == len(cast.congresses)
    assert [made.place_id for made in congress_found(office, cast.tenant("county"), places=[bare])] == [bare.id]


@pytest.mark.parametrize("role", ["constituent", "deputy", "county_clerk", "stranger", "system_administrator"])
def test_who_may_not_found_founds_nothing(cast: Cast, bare: Place, role: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        congress_found(cast.actor(role), cast.tenant("county"), places=[bare])
    assert Congress.objects.count() == len(cast.congresses)


def test_a_running_term_is_entered_once(cast: Cast, bare: Place) -> None:
    (made,) = congress_found(cast.actor("county_business_administrator"), cast.tenant("county"), places=[bare])
    office = cast.actor("county_business_administrator")
    for number, day in ((0, SINCE), (6, clock.today().replace(year=2999))):
        with pytest.raises(Invalid):
            term_begin(office, made.tenant_id, number=number, starts_on=day)
    term_begin(office, made.tenant_id, number=19, starts_on=SINCE)
    for tenant in (made.tenant_id, cast.tenant("township")):
        with pytest.raises(Refused):
            term_begin(office, tenant, number=20, starts_on=SINCE)
    with tenant_transaction([made.tenant_id], durable=False):
        assert Term.objects.get().number == 19
