"""Accounts and posts: made and ended by the office that keeps them, never by oneself, the administrators apart."""

from datetime import date, timedelta

import pytest
from django.db import connection

from renda.congress.actions import (
    administrator_assign,
    administrator_end,
    administrator_invite,
    holding_assign,
    holding_end,
    person_create,
    person_disable,
    person_edit,
    person_enable,
    person_invite,
    person_reveal,
    person_set_email,
    second_factor_reset,
)
from renda.congress.addresses import addresses_of
from renda.congress.models import SEPARATED_ADMINISTRATORS, Person, Post
from renda.congress.selectors import people_for, people_to_invite
from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.notices.models import Notice
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

OUTSIDERS = ("constituent", "deputy", "stranger", "case_officer", "audit_administrator")
# Who sees an account and may not do this to it.
BESIDE = ("presidium_clerk", "system_administrator")


def post_of(cast: Cast, role: str) -> int:
    return cast.actor(role).posts[0].post_id


def free_person(cast: Cast, name: str = "曾𠮷·明") -> Person:
    return person_create(cast.actor("business_administrator"), congress=cast.congresses["city"], name=name)


def test_a_new_account_sleeps_and_is_found_by_its_reading(cast: Cast) -> None:
    person = free_person(cast, " 曾 𠮷・明 ")
    assert (person.name, person.pinyin, person.initials) == ("曾𠮷·明", "zengjiming", "zjm")
    assert not Person.objects.get(party_id=person.party_id).has_usable_password()


@pytest.mark.parametrize("name", ["", "  ", "王<b>", "=cmd", "王1", "一" * 41])
def test_what_is_no_name_is_refused_at_its_field(cast: Cast, name: str) -> None:
    before = Person.objects.count()
    with pytest.raises(Invalid) as refused:
        free_person(cast, name)
    assert set(refused.value.fields) == {"name"}
    assert Person.objects.count() == before


@pytest.mark.parametrize("role", [*OUTSIDERS, *BESIDE, "security_administrator"])
def test_only_a_business_administrator_makes_accounts(cast: Cast, role: str) -> None:
    before = Person.objects.count()
    with pytest.raises(Forbidden):
        person_create(cast.actor(role), congress=cast.congresses["township"], name="王小明")
    assert Person.objects.count() == before


def test_a_countys_business_administrator_makes_none_in_another_county(cast: Cast) -> None:
    actor = cast.actor("county_business_administrator")
    with pytest.raises(NotFound):
        person_create(actor, congress=cast.congresses["other_county"], name="王小明")
    assert person_create(actor, congress=cast.congresses["township"], name="王小明").tenant_id == cast.tenant(
        "township"
    )


@pytest.mark.parametrize(
    ("role", "error"), [(role, NotFound) for role in OUTSIDERS] + [(role, Forbidden) for role in BESIDE]
)
def test_a_strangers_edit_changes_nothing(cast: Cast, role: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        person_edit(cast.actor(role), cast.people["other_deputy"].party_id, name="改名")
    assert Person.objects.get(user_name="other_deputy").name == "代表乙"


def test_an_edit_renames_and_the_phone_stays_closed_in_the_database_and_the_trail(cast: Cast) -> None:
    actor, deputy = cast.actor("business_administrator"), cast.people["deputy"]
    person_edit(actor, deputy.party_id, name="单雄信", phone="13812345678", occupation="教师")
    stored = Person.objects.defer(None).get(party_id=deputy.party_id)
    assert (stored.name, stored.initials, stored.phone, stored.phone_masked) == (
        "单雄信",
        "sxx",
        "13812345678",
        "138****5678",
    )
    with tenant_transaction([0, *cast.tenants], durable=False):
        payloads = " ".join(AuditEntry.objects.values_list("payload", flat=True))
    assert "13812345678" not in payloads
    assert "单雄信" not in payloads
    assert person_reveal(cast.actor("presidium_clerk"), deputy.party_id, reason="接待日联系").phone == "13812345678"
    with pytest.raises(Invalid):
        person_reveal(cast.actor("presidium_clerk"), deputy.party_id, reason=" ")
    with pytest.raises(Forbidden):
        person_reveal(cast.actor("presidium_vetter"), deputy.party_id, reason="看看")


def test_a_disabled_account_acts_no_more_and_wakes_again(cast: Cast) -> None:
    actor, deputy = cast.actor("business_administrator"), cast.people["deputy"]
    person_disable(actor, deputy.party_id, reason="调离")
    cast.people["deputy"].refresh_from_db()
    deputy.party.refresh_from_db()
    assert not cast.actor("deputy").is_signed_in
    person_enable(actor, deputy.party_id, reason="调回")
    deputy.party.refresh_from_db()
    assert cast.actor("deputy").is_signed_in


@pytest.mark.parametrize(
    ("role", "target", "error"),
    [
        *((role, "other_deputy", NotFound) for role in OUTSIDERS),
        ("system_administrator", "other_deputy", Forbidden),
        ("presidium_clerk", "other_deputy", Forbidden),
        ("business_administrator", "business_administrator", Forbidden),
        ("business_administrator", "audit_administrator", Forbidden),
        ("security_administrator", "other_deputy", Forbidden),
        ("system_administrator", "audit_administrator", Forbidden),
    ],
)
def test_who_may_not_disable_changes_nothing(cast: Cast, role: str, target: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        person_disable(cast.actor(role), cast.people[target].party_id, reason="试试")
    assert Person.objects.get(user_name=target).is_active


def test_an_office_cannot_take_over_an_administrators_account_by_a_code(cast: Cast) -> None:
    for role in ("business_administrator", "system_administrator"):
        with pytest.raises(Forbidden):
            person_invite(cast.actor(role), cast.people["audit_administrator"].party_id)
    for role in ("system_administrator", "business_administrator", "audit_administrator"):
        with pytest.raises(Forbidden):
            administrator_invite(cast.actor(role), cast.people["audit_administrator"].party_id)
    assert administrator_invite(cast.actor("security_administrator"), cast.people["audit_administrator"].party_id).codes
    with pytest.raises(Forbidden):
        second_factor_reset(
            cast.actor("security_administrator"), cast.people["security_administrator"].party_id, reason="换手机"
        )


def test_a_person_takes_a_post_and_leaves_it(cast: Cast) -> None:
    person, actor = free_person(cast), cast.actor("business_administrator")
    holding = holding_assign(actor, post_of(cast, "case_officer"), person_id=person.party_id)
    assert post_of(cast, "case_officer") in {row.post_id for row in Holding.objects.filter(person_id=person.party_id)}
    with pytest.raises(Refused):
        holding_assign(actor, post_of(cast, "case_officer"), person_id=person.party_id)
    with clock.frozen(clock.now() + timedelta(days=3)):
        holding_end(actor, holding.id)
        with pytest.raises(Refused):
            holding_end(actor, holding.id)


@pytest.mark.parametrize(("role", "error"), [(role, Exception) for role in (*OUTSIDERS, *BESIDE)])
def test_who_may_not_fill_posts_changes_nothing(cast: Cast, role: str, error: type[Exception]) -> None:
    person = free_person(cast)
    before = Holding.objects.count()
    with pytest.raises((Forbidden, NotFound)):
        holding_assign(cast.actor(role), post_of(cast, "case_officer"), person_id=person.party_id)
    assert Holding.objects.count() == before


def test_nobody_gives_herself_a_post_nor_a_deputy_a_seat_nor_an_administrator_a_second_post(cast: Cast) -> None:
    actor = cast.actor("business_administrator")
    before = Holding.objects.count()
    with pytest.raises(Forbidden):
        holding_assign(actor, post_of(cast, "city_officer"), person_id=cast.people["business_administrator"].party_id)
    person = free_person(cast)
    with pytest.raises(Forbidden):
        holding_assign(actor, post_of(cast, "deputy"), person_id=person.party_id)
    with pytest.raises(Forbidden):
        holding_assign(actor, post_of(cast, "system_administrator"), person_id=person.party_id)
    with pytest.raises(Invalid):
        # Not among the people she sees: she has no say over the platform's administrators.
        holding_assign(actor, post_of(cast, "city_officer"), person_id=10**12)
    with pytest.raises(Refused):
        holding_assign(actor, post_of(cast, "city_officer"), person_id=cast.people["audit_administrator"].party_id)
    assert Holding.objects.count() == before


def test_administrators_are_appointed_crosswise(cast: Cast) -> None:
    system, security = cast.actor("system_administrator"), cast.actor("security_administrator")
    posts = {str(kind): Post.objects.get(kind=kind).party_id for kind in SEPARATED_ADMINISTRATORS}
    new = [free_person(cast, name).party_id for name in ("甲某", "乙某", "丙某")]
    administrator_assign(security, posts["system_administrator"], person_id=new[0])
    administrator_assign(security, posts["audit_administrator"], person_id=new[1])
    administrator_assign(system, posts["security_administrator"], person_id=new[2])
    before = Holding.objects.count()
    spare = free_person(cast, "丁某").party_id
    for actor, kind in (
        (system, "system_administrator"),
        (system, "audit_administrator"),
        (security, "security_administrator"),
    ):
        with pytest.raises(Forbidden):
            administrator_assign(actor, posts[kind], person_id=spare)
    for role in ("business_administrator", "audit_administrator", "deputy", "stranger"):
        with pytest.raises((Forbidden, NotFound)):
            administrator_assign(cast.actor(role), posts["audit_administrator"], person_id=spare)
    with pytest.raises(Refused):
        administrator_assign(security, posts["audit_administrator"], person_id=new[0])
    with pytest.raises(Refused):
        administrator_assign(security, posts["audit_administrator"], person_id=cast.people["case_officer"].party_id)
    assert Holding.objects.count() == before


def test_administrators_leave_crosswise_and_the_office_does_not_see_their_posts(cast: Cast) -> None:
    row = Holding.objects.get(person_id=cast.people["audit_administrator"].party_id)
    own = Holding.objects.get(person_id=cast.people["security_administrator"].party_id)
    with pytest.raises(NotFound):
        holding_end(cast.actor("business_administrator"), row.id)
    with pytest.raises(Forbidden):
        administrator_end(cast.actor("system_administrator"), row.id)
    with pytest.raises(Forbidden):
        administrator_end(cast.actor("security_administrator"), own.id)
    # The only one stays until there is another.
    with pytest.raises(Refused):
        administrator_end(cast.actor("security_administrator"), row.id)
    heir = free_person(cast, "接任人")
    administrator_assign(cast.actor("security_administrator"), row.post_id, person_id=heir.party_id)
    administrator_end(cast.actor("security_administrator"), row.id)
    assert cast.actor("audit_administrator").posts == ()


def test_who_fills_posts_gets_her_codes_from_who_fills_posts(cast: Cast) -> None:
    clerk, administrator = cast.actor("county_clerk"), cast.people["county_business_administrator"]
    with pytest.raises(Forbidden):
        person_invite(clerk, administrator.party_id)
    assert administrator not in people_to_invite(
        clerk, tenant_id=cast.tenant("county"), whom="", organisation_id=None, also_awake=True
    )
    assert person_invite(cast.actor("business_administrator"), administrator.party_id).codes


def test_whoever_has_a_password_is_told_of_new_codes(cast: Cast) -> None:
    deputy = cast.people["deputy"]
    deputy.set_password("长-城-万-里-2026")
    deputy.save()
    for role in ("deputy", "other_deputy"):
        person_invite(cast.actor("presidium_clerk"), cast.people[role].party_id)
    with tenant_transaction(cast.tenants, durable=False):
        told = list(Notice.objects.filter(kind="account.invited").values_list("party_id", flat=True))
    assert told == [deputy.party_id]


def test_a_deputys_post_is_not_ended_by_hand(cast: Cast) -> None:
    row = Holding.objects.get(person_id=cast.people["deputy"].party_id)
    with pytest.raises(Refused):
        holding_end(cast.actor("business_administrator"), row.id)


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        ("presidium_clerk", "deputy", "county_deputy"),
        ("county_assigner", "deputy", "stranger"),
        ("stranger", "far_deputy", "deputy"),
        ("deputy", "deputy", "other_deputy"),
        ("audit_administrator", "audit_administrator", "deputy"),
    ],
)
def test_people_exist_for_the_offices_above_them_only(cast: Cast, role: str, seen: str, unseen: str) -> None:
    names = set(people_for(cast.actor(role)).values_list("user_name", flat=True))
    assert seen in names
    assert unseen not in names


def test_an_expiry_in_the_past_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        person_create(
            cast.actor("business_administrator"),
            congress=cast.congresses["city"],
            name="王小明",
            expires_on=date(2020, 1, 1),
        )


# --- e-mail -------------------------------------------------------------------------------------------------------------


def stored_email(cast: Cast, role: str) -> str:
    return str(Person.objects.defer(None).get(party_id=cast.people[role].party_id).email)


@pytest.mark.parametrize("role", ["deputy", "system_administrator"])
def test_an_address_is_set_by_oneself_or_by_the_system_administrator_and_is_closed_everywhere(
    cast: Cast, role: str
) -> None:
    person_set_email(cast.actor(role), cast.people["deputy"].party_id, email=" deputy@example.cn ")
    assert stored_email(cast, "deputy") == "deputy@example.cn"
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM congress_person WHERE email <> ''")
        assert "deputy@example.cn" not in str(cursor.fetchall())
    with tenant_transaction([0, *cast.tenants], durable=False):
        assert "deputy@example.cn" not in " ".join(AuditEntry.objects.values_list("payload", flat=True))
    revealed = person_reveal(cast.actor("presidium_clerk"), cast.people["deputy"].party_id, reason="发会议通知")
    assert revealed.email == "deputy@example.cn"


@pytest.mark.parametrize(
    "role",
    ["constituent", "other_deputy", "presidium_clerk", "business_administrator", "security_administrator", "stranger"],
)
def test_nobody_else_sets_an_address(cast: Cast, role: str) -> None:
    with pytest.raises(NotFound):
        person_set_email(cast.actor(role), cast.people["deputy"].party_id, email="mine@example.cn")
    assert stored_email(cast, "deputy") == ""


@pytest.mark.parametrize("email", ["x", "a@b", "a b@example.cn", "a@example.cn,b@example.cn"])
def test_what_is_no_address_is_refused(cast: Cast, email: str) -> None:
    with pytest.raises(Invalid):
        person_set_email(cast.actor("deputy"), cast.people["deputy"].party_id, email=email)


def test_the_book_of_addresses_knows_people_and_who_holds_a_post_today(cast: Cast) -> None:
    clerk, away = cast.people["presidium_clerk"], cast.people["presidium_vetter"]
    for person in (clerk, away):
        Person.objects.filter(pk=person.pk).update(email=f"{person.user_name}@example.cn")
    Holding.objects.filter(person_id=away.party_id).update(ends_on=clock.today() - timedelta(days=1))
    post, left = post_of(cast, "presidium_clerk"), Post.objects.get(party__holders__person_id=away.party_id).party_id
    found = {(one.party_id, one.person_id): one.address for one in addresses_of("email", [post, left, clerk.party_id])}
    assert found == {
        (post, clerk.party_id): "presidium_clerk@example.cn",
        (clerk.party_id, clerk.party_id): "presidium_clerk@example.cn",
    }
    assert list(addresses_of("carrier_pigeon", [post])) == []


# --- dated holdings -----------------------------------------------------------------------------------------------------


def test_a_post_gives_its_rights_from_the_day_it_is_taken_to_the_day_it_is_left(cast: Cast) -> None:
    office, person = cast.actor("business_administrator"), free_person(cast)
    today, post = clock.today(), post_of(cast, "county_clerk")
    held = holding_assign(office, post, person_id=person.party_id, starts_on=today + timedelta(days=2))
    cast.people["free"] = person
    assert cast.actor("free").posts == ()
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert [one.post_id for one in cast.actor("free").posts] == [post]
    holding_end(office, held.id, on=today + timedelta(days=5))
    with clock.frozen(clock.now() + timedelta(days=4)):
        assert [one.post_id for one in cast.actor("free").posts] == [post]
    with clock.frozen(clock.now() + timedelta(days=5)):
        assert cast.actor("free").posts == ()


def test_a_day_that_cannot_be_is_refused(cast: Cast) -> None:
    office, person, post = cast.actor("business_administrator"), free_person(cast), post_of(cast, "county_clerk")
    with pytest.raises(Invalid):
        holding_assign(office, post, person_id=person.party_id, starts_on=date(2206, 1, 8))
    held = holding_assign(office, post, person_id=person.party_id)
    with pytest.raises(Invalid):
        holding_end(office, held.id, on=clock.today() - timedelta(days=1))
    assert Holding.objects.get(id=held.id).ends_on is None
