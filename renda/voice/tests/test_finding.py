"""My deputies by place, by name, by station: in one step, and only what is published."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renda.congress.api import Mandate, ReceptionDay, reading
from renda.kernel import clock
from renda.kernel.tenancy import tenant_transaction
from renda.voice import finding
from tests.people import Cast
from tests.zones import address, named, public_zone, publish, representing, stations_at


def test_a_village_finds_its_deputies_of_every_level_nearest_first(cast: Cast) -> None:
    publish()
    assert representing("421102101001") == ["代表甲", "代表乙", "代表丙", "代表丁"]
    assert representing("421102101") == ["代表甲", "代表乙", "代表丙", "代表丁"]
    assert representing("421102001") == ["代表丁"]
    assert representing("999999") == []


@pytest.mark.parametrize("query", ["代表戊", "表戊", "戊", "daibiaow", "DBW", " 代表戊 "])
def test_a_name_its_part_its_pinyin_or_its_initials_find_the_deputy(cast: Cast, query: str) -> None:
    publish()
    assert named(query) == ["代表戊"]


@pytest.mark.parametrize("query", ["", "   ", "受理审核岗甲", "ghost", "%", "代_戊", "戊代", "\\"])
def test_staff_and_nonsense_find_nobody(cast: Cast, query: str) -> None:
    publish()
    assert named(query) == []


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("曾晓明", ["zengx", "zxm"]),
        ("单雄信", ["shanx", "sxx"]),
        ("仇英", ["qiuy", "qy"]),
        ("解缙", ["xiej", "xj"]),
        ("区大相", ["oud", "odx"]),
        ("尉迟恭", ["yuchi", "yc"]),
        ("万俟卨", ["moqi", "mqx"]),
        ("乐小平", ["yuex", "lex", "yxp", "lxp", "乐小"]),
        ("翟天临", ["zhai", "di"]),
        ("盖叫天", ["gej", "gaij"]),
        ("吕绿", ["lv", "lu", "lü", "LÜ LÜ", "lǚ lǜ", "ｌｖ"]),
        ("𠮷田·买买提", ["𠮷田·买", "𠮷", "jitian"]),
    ],
)
def test_surnames_are_found_as_they_are_read(cast: Cast, name: str, queries: list[str]) -> None:
    person = cast.people["far_deputy"]
    person.pinyin, person.initials = reading(name)
    person.party.name = name
    person.party.save()
    person.save()
    assert [named(query) for query in queries] == [[name]] * len(queries)
    assert named("代表戊") == []


@pytest.mark.parametrize(
    "change", [{"status": "resigned"}, {"ends_on": "2024-01-01"}, {"is_public": False}, {"status": "frozen"}]
)
def test_who_left_or_did_not_consent_is_not_found(cast: Cast, change: dict[str, Any]) -> None:
    publish()
    with tenant_transaction(cast.tenants, durable=False):
        Mandate.objects.filter(id=cast.mandates["deputy"].id).update(**change)
    publish()
    assert "代表甲" not in representing("421102101001")
    assert finding.deputy(cast.people["deputy"].pk) is None


def test_a_deputy_of_two_congresses_is_found_once_with_both_seats(cast: Cast) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        Mandate.objects.filter(id=cast.mandates["city_deputy"].id).update(person_id=cast.people["deputy"].party_id)
    publish()
    (found,) = [deputy for deputy in finding.deputies_for("421102101001") if deputy.name == "代表甲"]
    assert [mandate.level for mandate in found.mandates] == ["township", "city"]


def test_a_village_finds_its_townships_station_and_who_serves_there(cast: Cast) -> None:
    publish()
    assert stations_at("421102101001") == {"路口镇代表之家"}
    station = finding.station(cast.stations["township"].pk)
    assert station is not None
    assert [deputy.name for deputy in finding.deputies_at(station)] == ["代表甲", "代表丙"]
    assert station.code == cast.codes["station"].code
    deputy = finding.deputy(cast.people["deputy"].pk)
    assert deputy is not None
    assert [one.name for one in deputy.stations] == ["路口镇代表之家"]


def test_nothing_private_is_in_any_copy(cast: Cast) -> None:
    """Copies are read by everybody: no telephone, no account, no staff."""
    from renda.kernel.exchange.models import PublishedCopy

    person = cast.people["deputy"]
    person.phone, person.user_name = "13800001111", "zhanghao7788"
    person.save()
    publish()
    everything = str(list(PublishedCopy.objects.values("kind", "body", "terms", "words")))
    assert "代表甲" in everything
    for private in ("13800001111", "zhanghao7788", "受理审核岗甲", "case_officer"):
        assert private not in everything


def test_days_that_are_past_are_not_shown(cast: Cast) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        for days in (-1, 0, 9):
            ReceptionDay.objects.create(
                tenant_id=cast.tenant("township"),
                station=cast.stations["township"],
                person=cast.people["deputy"],
                day=clock.today() + timedelta(days=days),
                starts_at=time(9),
                ends_at=time(11, 30),
            )
    publish()
    deputy = finding.deputy(cast.people["deputy"].pk)
    assert deputy is not None
    assert [(day.day - clock.today()).days for day in deputy.days] == [0, 9]
    with clock.frozen(clock.now() + timedelta(days=1)):
        later = finding.deputy(cast.people["deputy"].pk)
        assert later is not None
        assert len(later.days) == 1
    with public_zone() as client:
        calendar = client.get(address("voice:deputy.calendar", cast.people["deputy"].pk))
        assert calendar.content.count(b"BEGIN:VEVENT") == 2


def test_a_page_takes_few_questions_whatever_there_is(cast: Cast) -> None:
    publish()
    with public_zone() as client, CaptureQueriesContext(connection) as captured:
        page = client.get("/", {"county": "421102000000", "township": "421102101000"})
    assert "代表甲" in page.content.decode()
    assert len(captured) <= 8


def test_a_code_never_leads_to_nobody(cast: Cast) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        Mandate.objects.filter(id=cast.mandates["deputy"].id).update(status="resigned", ends_on=clock.today())
    publish()
    found = finding.wall_code(cast.codes["deputy"].code)
    assert found is not None
    assert not found.is_as_printed
    assert [deputy.name for deputy in finding.deputies_behind(found)] == ["代表乙"]
    with public_zone() as client:
        page = client.get(address("voice:code", cast.codes["deputy"].code)).content.decode()
    assert "二维码上的代表已离任或者暂不公开接待" in page
