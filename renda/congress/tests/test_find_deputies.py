"""My deputies by place, by name, by station: in one step, and only what is published."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renda.congress.api import FoundDeputy, congress_of, find_deputies, open_code, stations_at
from renda.congress.models import Mandate, Person
from renda.congress.pinyin import reading
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast


def names(found: list[FoundDeputy]) -> list[str]:
    return [deputy.name for deputy in found]


def test_a_village_finds_its_deputies_of_every_level_nearest_first(cast: Cast) -> None:
    assert names(find_deputies(place_code="421102101001")) == ["代表甲", "代表乙", "代表丙", "代表丁"]


def test_a_subdistrict_has_the_citys_deputies_only_when_no_county_district_covers_it(cast: Cast) -> None:
    assert names(find_deputies(place_code="421102001")) == ["代表丁"]
    assert congress_of("421102001") == cast.congresses["county"]


def test_an_unknown_place_finds_nobody(cast: Cast) -> None:
    assert find_deputies(place_code="999999") == []


@pytest.mark.parametrize("query", ["代表戊", "表戊", "daibiaow", "DBW", " 代表戊 "])
def test_a_name_its_part_its_pinyin_or_its_initials_find_the_deputy(cast: Cast, query: str) -> None:
    assert names(find_deputies(query=query)) == ["代表戊"]


@pytest.mark.parametrize("query", ["", "   ", "受理审核岗甲", "ghost"])
def test_staff_and_nonsense_find_nobody(cast: Cast, query: str) -> None:
    assert find_deputies(query=query) == []


def test_a_station_finds_who_serves_there_whatever_their_congress(cast: Cast) -> None:
    station = cast.stations["township"]
    found = find_deputies(station_id=station.id, tenant_id=station.tenant_id)
    assert names(found) == ["代表甲", "代表丙"]
    assert found[0].code == cast.codes["deputy"].code


@pytest.mark.parametrize(
    "change", [{"status": "resigned"}, {"ends_on": "2024-01-01"}, {"is_public": False}, {"status": "frozen"}]
)
def test_who_left_or_did_not_consent_is_not_found(cast: Cast, change: dict[str, Any]) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        Mandate.objects.filter(id=cast.mandates["deputy"].id).update(**change)
    assert "代表甲" not in names(find_deputies(place_code="421102101001"))


def test_a_deputy_of_two_congresses_is_found_once_with_both_seats(cast: Cast) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        Mandate.objects.filter(id=cast.mandates["city_deputy"].id).update(person_id=cast.people["deputy"].party_id)
    found = find_deputies(place_code="421102101001")
    assert [len(deputy.mandates) for deputy in found if deputy.name == "代表甲"] == [2]


def test_finding_takes_the_same_few_queries_for_one_and_for_many(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        find_deputies(place_code="421102101001")
    assert len(queries) <= 8


def test_a_wall_code_names_its_target_however_it_is_typed_and_a_withdrawn_one_names_nothing(cast: Cast) -> None:
    typed = cast.codes["station"].code.lower()
    code = open_code(f" {typed[:4]}-{typed[4:]} ")
    assert code is not None
    assert (code.kind, code.station_id) == ("station", cast.stations["township"].id)
    assert open_code(f"{typed[1]}{typed[0]}{typed[2:]}") is None
    cast.codes["station"].is_active = False
    cast.codes["station"].save()
    assert open_code(typed) is None


def test_a_village_finds_its_townships_station(cast: Cast) -> None:
    assert [station.name for station in stations_at("421102101001")] == ["路口镇代表之家"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("曾晓明", ("zengxiaoming", "zxm")),
        ("单雄信", ("shanxiongxin", "sxx")),
        ("仇英", ("qiuying", "qy")),
        ("解缙", ("xiejin", "xj")),
        ("区大相", ("oudaxiang", "odx")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("万俟卨", ("moqixie", "mqx")),
        ("𠮷田·美", ("jitianmei", "jtm")),
        ("阿卜杜拉·买买提", ("abudulamaimaiti", "abdlmmt")),
    ],
)
def test_names_are_read_as_names(name: str, expected: tuple[str, str]) -> None:
    assert reading(name) == expected


def test_a_rare_name_is_stored_and_found_whole(cast: Cast) -> None:
    person = cast.people["far_deputy"]
    person.party.name = "𠮷田·买买提"
    person.party.save()
    assert names(find_deputies(query="𠮷田·买")) == ["𠮷田·买买提"]
    assert Person.objects.get(user_name="far_deputy").name == "𠮷田·买买提"
