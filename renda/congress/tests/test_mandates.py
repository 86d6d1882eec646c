"""A mandate's life: a by-election, corrections, the end, a suspension, each on a ground of law and by a decision."""

from datetime import date
from typing import Any

import pytest

from renda.congress.actions import mandate_begin, mandate_edit, mandate_end, mandate_restore, mandate_suspend
from renda.congress.grounds import GROUNDS, GROUNDS_TO_END, GROUNDS_TO_SUSPEND
from renda.congress.models import ElectoralDistrict, Mandate, MandateChange, Person, PostKind, WallCode
from renda.congress.who import posts_named
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.zones import named, representing

DECISION = "区人大常委会第十次会议决定"
STRANGERS = ("constituent", "deputy", "other_deputy", "presidium_clerk", "stranger", "system_administrator")


def suspend(cast: Cast, role: str = "business_administrator", **more: Any) -> Mandate:
    given = {"ground": "detained", "decision": DECISION, **more}
    return mandate_suspend(cast.actor(role), cast.mandates["deputy"].id, **given)


def end(cast: Cast, role: str = "business_administrator", who: str = "deputy", **more: Any) -> Mandate:
    return mandate_end(cast.actor(role), cast.mandates[who].id, **{"ground": "resigned", "decision": DECISION, **more})


def seen(cast: Cast, who: str) -> Mandate:
    with tenant_transaction(cast.tenants, durable=False):
        found: Mandate = Mandate.objects.get(id=cast.mandates[who].id)
        return found


def test_each_ground_of_the_law_names_law_version_and_article() -> None:
    for ground in (*GROUNDS_TO_END, *GROUNDS_TO_SUSPEND):
        assert ground.citation.startswith("《全国人民代表大会和地方各级人民代表大会")
        assert "第" in ground.citation.rpartition("）")[2]
    assert len(GROUNDS) >= len(GROUNDS_TO_END) + len(GROUNDS_TO_SUSPEND)


def test_a_deputy_is_suspended_restored_and_resigns_and_each_turn_is_on_record(cast: Cast) -> None:
    suspend(cast)
    assert cast.actor("deputy").posts == ()
    with pytest.raises(Refused):
        suspend(cast)
    mandate_restore(cast.actor("business_administrator"), cast.mandates["deputy"].id, decision="不起诉决定书")
    assert len(cast.actor("deputy").posts) == 1
    end(cast, on=clock.today())
    assert cast.actor("deputy").posts == ()
    assert "代表甲" not in representing("421102101001")
    with pytest.raises(Refused):
        end(cast)
    with tenant_transaction(cast.tenants, durable=False):
        turns = MandateChange.objects.order_by("recorded_at", "id")
        assert [(turn.kind, turn.ground, turn.decision) for turn in turns] == [
            ("suspend", "detained", DECISION),
            ("restore", "restored", "不起诉决定书"),
            ("end", "resigned", DECISION),
        ]
        assert {turn.recorded_by_id for turn in turns} == {cast.people["business_administrator"].party_id}


@pytest.mark.parametrize("ground", GROUNDS_TO_END, ids=lambda ground: ground.key)
def test_a_mandate_ends_in_the_state_of_its_ground(cast: Cast, ground: Any) -> None:
    end(cast, ground=ground.key)
    assert (seen(cast, "deputy").status, seen(cast, "deputy").ends_on) == (ground.status, clock.today())


@pytest.mark.parametrize("role", STRANGERS)
def test_who_may_not_end_a_mandate_changes_nothing(cast: Cast, role: str) -> None:
    for press in (end, suspend):
        with pytest.raises((Forbidden, NotFound)):
            press(cast, role)
    with pytest.raises((Forbidden, NotFound)):
        mandate_restore(cast.actor(role), cast.mandates["deputy"].id, decision=DECISION)
    assert seen(cast, "deputy").is_active


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ground": "tired"}, "ground"),
        ({"ground": "detained"}, "ground"),
        ({"decision": " "}, "decision"),
        ({"on": date(2001, 1, 1)}, "on"),
        ({"on": date(2999, 1, 1)}, "on"),
        ({"successor": "deputy"}, "successor"),
        ({"successor": "far_deputy"}, "successor"),
    ],
)
def test_an_end_needs_its_ground_its_decision_and_a_day_inside(cast: Cast, given: dict[str, Any], field: str) -> None:
    if "successor" in given:
        given = {"successor": cast.people[given["successor"]].party_id}
    with pytest.raises(Invalid) as refused:
        end(cast, **given)
    assert set(refused.value.fields) == {field}
    assert seen(cast, "deputy").is_active


def test_who_is_a_deputy_no_longer_chairs_no_presidium(cast: Cast) -> None:
    (chair,) = posts_named("post:chair", None, cast.tenant("township"))
    Holding.objects.create(person_id=cast.people["deputy"].party_id, post_id=chair, starts_on=date(2022, 1, 8))
    suspend(cast)
    assert [post.kind for post in cast.actor("deputy").posts] == [PostKind.CHAIR]
    end(cast)
    assert cast.actor("deputy").posts == ()


def test_open_tasks_go_to_the_successor_named(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    deferred: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr("renda.kernel.jobs.registry.defer_many", deferred.extend)
    deputy, heir = cast.people["deputy"].party_id, cast.people["other_deputy"].party_id
    end(cast, successor=heir)
    assert deferred == [("congress.hand_over", {"tenant_id": cast.tenant("township"), "pairs": [[deputy, heir]]})]


# --- by-elections and the levels above --------------------------------------------------------------------------------------


def begin(cast: Cast, role: str = "business_administrator", congress: str = "township", **more: Any) -> Mandate:
    given: dict[str, Any] = {
        "congress": cast.congresses[congress],
        "name": "王新",
        "district": cast.districts.get(congress),
        "starts_on": clock.today(),
        "decision": "第三选区补选结果公告",
        **more,
    }
    return mandate_begin(cast.actor(role), **given)


def test_a_by_election_seats_a_new_deputy_with_account_code_and_record(cast: Cast) -> None:
    mandate = begin(cast, phone="13800001111", delegation="第一代表团")
    assert named("王新") == ["王新"]
    assert WallCode.objects.filter(person=mandate.person, is_active=True).count() == 1
    assert Holding.objects.filter(person_id=mandate.person_id, post__post__kind=PostKind.DEPUTY).count() == 1
    with tenant_transaction(cast.tenants, durable=False):
        change = MandateChange.objects.get(mandate=mandate)
        assert (change.ground, change.day) == ("by_election", clock.today())
        assert Mandate.objects.get(id=mandate.id).delegation.name == "第一代表团"
    with pytest.raises(Invalid, match="已经是本届代表"):
        begin(cast, person_id=mandate.person_id, name="")


def test_who_has_an_account_keeps_it(cast: Cast) -> None:
    before = Person.objects.count()
    mandate = begin(cast, person_id=cast.people["county_deputy"].party_id, name="")
    assert (mandate.person_id, Person.objects.count()) == (cast.people["county_deputy"].party_id, before)
    assert {post.tenant_id for post in cast.actor("county_deputy").posts} == {
        cast.tenant("county"),
        cast.tenant("township"),
    }


def test_a_deputy_of_the_province_is_served_by_the_city_found_there_and_let_go_alone(cast: Cast) -> None:
    given: dict[str, Any] = {
        "level": "province",
        "body_name": "湖北省第十四届人民代表大会",
        "ground": "elected",
        "starts_on": date(2023, 1, 12),
    }
    mandate = begin(cast, congress="city", person_id=cast.people["city_deputy"].party_id, name="", **given)
    assert (mandate.managed_by_id, mandate.term_id) == (None, None)
    assert "代表丁" in representing("421102101001")
    assert len(cast.actor("city_deputy").posts) == 2
    cast.mandates["province_deputy"] = mandate
    with pytest.raises(Invalid):
        end(cast, who="province_deputy", ground="resigned")
    end(cast, who="province_deputy", ground="served_no_more")
    # The city's own seat and post stay.
    assert len(cast.actor("city_deputy").posts) == 1
    assert seen(cast, "city_deputy").is_active
    with pytest.raises(Refused):
        begin(cast, congress="county", **given)


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"district": None},
        {"decision": ""},
        {"starts_on": date(2001, 1, 1)},
        {"starts_on": date(2999, 1, 1)},
        {"ground": "resigned"},
        {"phone": "12"},
    ],
)
def test_a_by_election_that_cannot_be_is_refused(cast: Cast, given: dict[str, Any]) -> None:
    before = Person.objects.count()
    with pytest.raises(Invalid):
        begin(cast, **given)
    assert Person.objects.count() == before


@pytest.mark.parametrize("role", STRANGERS)
def test_who_may_not_seat_a_deputy_seats_none(cast: Cast, role: str) -> None:
    before = Person.objects.count()
    with pytest.raises((Forbidden, NotFound)):
        begin(cast, role)
    assert Person.objects.count() == before


def test_a_correction_changes_group_and_consent_and_no_other_congresss_district(cast: Cast) -> None:
    office, mandate = cast.actor("business_administrator"), cast.mandates["deputy"].id
    mandate_edit(office, mandate, group="第二代表小组", reference_number="2026-0003", is_public=False)
    with tenant_transaction(cast.tenants, durable=False):
        row = Mandate.objects.select_related("group").get(id=mandate)
        assert (row.group.name, row.reference_number) == ("第二代表小组", "2026-0003")
        other = ElectoralDistrict.objects.get(tenant_id=cast.tenant("county"))
    assert "代表甲" not in named("代表甲")
    with pytest.raises(Invalid):
        mandate_edit(office, mandate, district=other)
    with pytest.raises((Forbidden, NotFound)):
        mandate_edit(cast.actor("presidium_clerk"), mandate, is_public=True)
