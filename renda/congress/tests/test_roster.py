"""The roster: read from a spreadsheet, every wrong row named, nothing half; a new term takes over from the old."""

from datetime import date
from io import BytesIO

import pytest

from renda.congress.actions import roster_import, term_roll_over
from renda.congress.api import find_deputies, open_code
from renda.congress.models import ElectoralDistrict, Mandate, Person, Term, WallCode
from renda.congress.roster import RosterRow, next_term, read_roster, review
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.roster_files import sheet


def row(number: int, name: str, district: str = "1", **more: str) -> RosterRow:
    return RosterRow(number, name=name, district_number=district, **more)


def counts(cast: Cast) -> tuple[int, ...]:
    with tenant_transaction(cast.tenants, durable=False):
        return tuple(model.objects.count() for model in (Person, Mandate, Holding, ElectoralDistrict, WallCode, Term))


def test_a_spreadsheet_is_read_with_its_row_numbers_and_its_numbers_and_dates_as_typed() -> None:
    rows = read_roster(
        sheet(
            ["曾𠮷·明", 3, None, 13812345678, "教师", "一团", None, None, date(2026, 9, 3)],
            [None] * 9,
            ["王五", "4.0", "新区"],
        )
    )
    assert [(row.number, row.name, row.district_number, row.phone, row.starts_on) for row in rows] == [
        (2, "曾𠮷·明", "3", "13812345678", "2026-09-03"),
        (4, "王五", "4.0", "", ""),
    ]


@pytest.mark.parametrize("content", [b"", b"name,district\n", b"PK\x03\x04broken", b"\x00" * 500])
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_roster(BytesIO(content))


def test_missing_columns_are_named() -> None:
    with pytest.raises(Invalid, match="姓名、选区编号"):
        read_roster(sheet(["x"], titles=["备注"]))


def test_every_wrong_row_is_named_with_its_reason(cast: Cast) -> None:
    rows = [
        row(2, "王一"),
        row(3, "", "1"),
        row(4, "王三", "x"),
        row(5, "王四", "99"),
        row(6, "王五", "99", district_name="第99选区"),
        row(7, "王六", phone="12"),
        row(8, "王七", starts_on="去年"),
        row(9, "王八", starts_on="2001-01-01"),
        row(10, "王九"),
        row(11, "王九"),
        row(12, "=HYPERLINK()"),
    ]
    with tenant_transaction(cast.tenants, durable=False):
        found = review(rows, cast.terms["township"])
    assert sorted(found.errors) == [3, 4, 5, 7, 8, 9, 10, 11, 12]
    assert [good.number for good in found.good] == [2, 6]


def test_one_wrong_row_stops_all_unless_the_good_ones_are_chosen(cast: Cast) -> None:
    actor, before = cast.actor("business_administrator"), counts(cast)
    rows = [row(2, "王一"), row(3, "王二", "99")]
    with pytest.raises(Invalid) as refused:
        roster_import(actor, tenant_id=cast.tenant("township"), rows=rows)
    assert refused.value.fields == {"第 3 行": "没有编号为 99 的选区；新选区请填写选区名称"}
    assert counts(cast) == before
    result = roster_import(actor, tenant_id=cast.tenant("township"), rows=rows, only_good_rows=True)
    assert (result.seated, result.new_accounts, result.skipped) == (1, 1, 1)
    assert [deputy.name for deputy in find_deputies(query="王一")] == ["王一"]


def test_a_new_district_gets_a_code_for_the_wall_and_the_deputy_too(cast: Cast) -> None:
    rows = [row(2, "王一", "7", district_name="第7选区")]
    roster_import(cast.actor("business_administrator"), tenant_id=cast.tenant("township"), rows=rows)
    person = Person.objects.get(party__name="王一")
    with tenant_transaction(cast.tenants, durable=False):
        district = WallCode.objects.get(district__number=7)
    assert open_code(district.code) is not None
    assert open_code(WallCode.objects.get(person=person).code) is not None


def test_a_deputy_of_another_congress_keeps_her_account_when_name_and_phone_agree(cast: Cast) -> None:
    county = cast.people["county_deputy"]
    county.phone = "13812345678"
    county.save(update_fields=["phone"])
    rows = [row(2, "代表丙", phone="13812345678"), row(3, "代表丁", phone="13900000000")]
    result = roster_import(cast.actor("business_administrator"), tenant_id=cast.tenant("township"), rows=rows)
    assert (result.seated, result.new_accounts) == (2, 1)
    with tenant_transaction(cast.tenants, durable=False):
        assert Mandate.objects.filter(person=county, ends_on__isnull=True).count() == 2
    with pytest.raises(Invalid):
        roster_import(cast.actor("business_administrator"), tenant_id=cast.tenant("township"), rows=rows[:1])


@pytest.mark.parametrize(
    "role", ["constituent", "deputy", "presidium_clerk", "system_administrator", "security_administrator"]
)
def test_only_a_business_administrator_imports(cast: Cast, role: str) -> None:
    before = counts(cast)
    with pytest.raises(Forbidden):
        roster_import(cast.actor(role), tenant_id=cast.tenant("township"), rows=[row(2, "王一")])
    assert counts(cast) == before


def test_a_countys_administrator_imports_nothing_in_another_county(cast: Cast) -> None:
    before = counts(cast)
    with pytest.raises(NotFound):
        roster_import(
            cast.actor("county_business_administrator"), tenant_id=cast.tenant("far_township"), rows=[row(2, "王一")]
        )
    assert counts(cast) == before


def test_a_new_term_keeps_who_is_elected_again_ends_the_others_and_leaves_codes_on_walls(cast: Cast) -> None:
    deputy = cast.people["deputy"]
    deputy.phone = "13812345678"
    deputy.save(update_fields=["phone"])
    rows = [row(2, "代表甲", phone="13812345678"), row(3, "新人")]
    today = clock.today()
    result = term_roll_over(cast.actor("business_administrator"), cast.tenant("township"), starts_on=today, rows=rows)
    assert (result.term.number, result.seated, result.re_elected, result.left) == (7, 2, 1, 1)
    with tenant_transaction(cast.tenants, durable=False):
        assert Term.objects.get(id=cast.terms["township"].id).ends_on == today
        assert set(Mandate.objects.filter(term=cast.terms["township"]).values_list("status", flat=True)) == {"ended"}
        assert set(Mandate.objects.filter(term=result.term).values_list("person__party__name", flat=True)) == {
            "代表甲",
            "新人",
        }
    assert [post.kind for post in cast.actor("deputy").posts] == ["deputy"]
    assert cast.actor("other_deputy").posts == ()
    for key in ("station", "district", "deputy"):
        assert open_code(cast.codes[key].code) is not None
    assert [found.name for found in find_deputies(place_code="421102101001")][:2] == ["代表甲", "新人"]


def test_who_sits_now_is_known_again_by_a_name_that_only_she_has(cast: Cast) -> None:
    other = cast.people["other_deputy"]
    other.phone = "13812345678"
    other.save(update_fields=["phone"])
    with tenant_transaction(cast.tenants, durable=False):
        term = next_term(cast.terms["township"], clock.today())
        found = review(
            [row(2, "代表甲"), row(3, "代表乙", phone="13900000000"), row(4, "代表丙"), row(5, "新人")], term
        )
        twice = review([row(2, "代表甲"), row(3, "代表甲", "2", district_name="第2选区")], term)
        by_election = review([row(2, "代表甲")], cast.terms["township"])
    # 代表乙 has another number, 代表丙 sits in the county, not here.
    assert found.known == {2: cast.people["deputy"].party_id}
    assert "连任" in found.notes[2]
    assert "将新建账号" in found.notes[3]
    # Two of one name in the file: a machine does not choose.
    assert twice.known == {}
    assert by_election.known == {}


@pytest.mark.parametrize("role", ["constituent", "deputy", "presidium_clerk", "stranger", "system_administrator"])
def test_who_may_not_roll_over_changes_nothing(cast: Cast, role: str) -> None:
    before = counts(cast)
    with pytest.raises((Forbidden, NotFound)):
        term_roll_over(cast.actor(role), cast.tenant("township"), starts_on=clock.today(), rows=[row(2, "新人")])
    assert counts(cast) == before


@pytest.mark.parametrize("starts_on", [date(2022, 1, 8), date(2001, 1, 1), date(2999, 1, 1)])
def test_a_term_cannot_begin_before_the_old_one_or_in_the_future(cast: Cast, starts_on: date) -> None:
    before = counts(cast)
    with pytest.raises(Invalid):
        term_roll_over(
            cast.actor("business_administrator"), cast.tenant("township"), starts_on=starts_on, rows=[row(2, "新人")]
        )
    assert counts(cast) == before
