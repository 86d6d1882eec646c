"""A year's holiday arrangement: read as people have it, checked, stored, in the trail, and dues counted again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from renda.kernel.audit.models import AuditEntry
from renda.kernel.deadlines import api, jobs, loading, store
from renda.kernel.deadlines.actions import calendar_load_year
from renda.kernel.deadlines.arrangement import as_text, read_arrangement, stretches
from renda.kernel.deadlines.calendar import SpecialDay, library_days
from renda.kernel.deadlines.models import CalendarDay, CalendarYear
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.jobs import run
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.policy import registry
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

CHINA = ZoneInfo("Asia/Shanghai")
MACHINE = Actor.machine("test", [0])
WHOLE = (
    "2027-01-01,0,元旦\n2027-01-04,休息,元旦\n2027-01-09,上班,元旦\n2027-05-01,0,劳动节\n"
    "2027-10-01,0,国庆节\n2027-10-02,0,国庆节\n2027-10-03,0,国庆节\n"
)
# The words of the notices of the State Council's general office for these years (国办发明电).
NOTICES = {
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """各省、自治区、直辖市人民政府：现将2025年元旦、春节等放假调休日期的具体安排通知如下。
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班等工作。
国务院办公厅
2024年11月12日""",
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    store.forget()
    yield
    store.forget()


@pytest.mark.parametrize("year", NOTICES)
def test_the_notice_is_read_as_it_stands(year: int) -> None:
    """Against the library's table of the same year, whose authors read the notices by hand."""
    read = {(day.date, day.is_working) for day in read_arrangement(NOTICES[year], year, "通知")}
    known = {(day.date, day.is_working) for day in library_days(year)}
    # What the notice of the next year says of this year's December is not in this year's.
    assert {day for day in read ^ known if date(year, 12, 1) > day[0] >= date(year, 1, 1)} == set()
    loading.check_arrangement(year, read_arrangement(NOTICES[year], year, "通知"))


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-01,休息,元旦",
        "2027/1/1\t放假\t元旦",
        "2027年1月1日 休息 元旦",
        "1月1日，休息，元旦",
        "日期,是否上班,节日\n2027-01-01,0,元旦\n\n",
    ],
)
def test_a_table_is_read_in_every_usual_form(text: str) -> None:
    assert read_arrangement(text, 2027, "表") == [SpecialDay(date(2027, 1, 1), False, "元旦", "表")]


def test_what_was_read_is_written_and_read_again() -> None:
    days = read_arrangement(NOTICES[2025], 2025, "通知")
    assert read_arrangement(as_text(days), 2025, "通知") == days


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "没有找到任何日期"),
        ("各单位：\n新年好", "第1行无法识别：各单位：。"),
        ("2027-01-01,休息,元旦\n2027-13-01,休息,错", "第2行的日期不存在"),
        ("2027-01-01,也许,元旦", "第1行无法识别"),
        ("一、元旦：1月32日放假。", "不存在的日期"),
        ("一、春节：1月28日至1月20日放假。", "不是一段"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, fault: str) -> None:
    with pytest.raises(Invalid, match=fault):
        read_arrangement(text, 2027, "表")


def test_neighbours_are_drawn_together() -> None:
    days = [day for day in read_arrangement(NOTICES[2025], 2025, "") if not day.is_working]
    assert stretches(days)[:3] == [
        ("元旦", date(2025, 1, 1), date(2025, 1, 1)),
        ("春节", date(2025, 1, 28), date(2025, 2, 4)),
        ("清明节", date(2025, 4, 4), date(2025, 4, 6)),
    ]


def file_of(tmp_path: Path, text: str) -> str:
    file = tmp_path / "2027.csv"
    file.write_text("date,is_working,name\n" + text, encoding="utf-8")
    return str(file)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A part of the house with three dues that wait for 2027; the years it was asked to count again for."""
    years: list[int] = []

    def again(year: int) -> int:
        years.append(year)
        return 3

    outlook = api.Outlook(Counter({2027: 3}))
    monkeypatch.setattr(jobs, "RECOMPUTES", {"测试": again})
    monkeypatch.setattr(jobs, "WAITS", {"测试": lambda _actor, _limit: outlook})
    return years


@pytest.mark.django_db
def test_a_year_arrives(tmp_path: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    deferred: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr("renda.kernel.actions.context.jobs.defer_many", deferred.extend)
    start = datetime(2026, 11, 24, 9, tzinfo=CHINA)
    rule = api.Rule("x", "x", 30, "working_days", "交办之日")
    early = api.due_by(rule, None, start)
    assert (early.provisional, early.at and early.at.date()) == (True, date(2027, 1, 5))
    out = StringIO()
    call_command("deadlines", "load-year", "2027", "--file", file_of(tmp_path, WHOLE), stdout=out)
    assert "2027年节假日安排已载入：7天。\n3 个暂定时限由后台任务重新计算。" in out.getvalue()
    assert deferred == [("deadlines.recount", {"year": 2027})]
    name, arguments = deferred[0]
    run(name, **arguments)
    assert asked == [2027]
    late = api.due_by(rule, None, start)
    # The 1st and the 4th of January are off now.
    assert (late.provisional, late.at) == (False, datetime.combine(date(2027, 1, 7), time.max, CHINA))
    assert "元旦2天（1月1日、1月4日）" in "".join(late.explanation)
    with tenant_transaction({0}, durable=False):
        entry = AuditEntry.objects.get(action="calendar.load_year")
    assert (entry.outcome, entry.subject_id, entry.actor_kind) == ("done", 2027, "machine")
    assert '"worked":["2027-01-09"]' in entry.payload


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2027-01-01,0,元旦\n", "不完整"),
        (WHOLE + "2028-01-01,0,元旦\n", "不属于2027年"),
        (WHOLE + "2027-02-01,1,春节\n", "不是周末"),
        (WHOLE + "2027-05-01,0,劳动节\n", "出现了两次"),
        (WHOLE + "2027-13-01,0,错\n", "第9行"),
    ],
)
@pytest.mark.django_db
def test_half_an_arrangement_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(CommandError, match=fault):
        call_command("deadlines", "load-year", "2027", "--file", file_of(tmp_path, text))
    assert not CalendarDay.objects.exists()
    assert not api.is_published(2027)


@pytest.mark.django_db
def test_a_year_that_the_library_lacks_needs_its_notice() -> None:
    with pytest.raises(CommandError, match="2027年的安排"):
        call_command("deadlines", "load-year", "2027")


@pytest.mark.django_db
def test_loading_a_year_of_the_library_changes_no_count() -> None:
    before = [api.add_working_days(date(2026, 1, 1), count) for count in range(1, 240)]
    call_command("deadlines", "load-year", "2026", stdout=StringIO())
    store.forget()
    assert CalendarDay.objects.count() == len(library_days(2026))
    assert [api.add_working_days(date(2026, 1, 1), count) for count in range(1, 240)] == before


@pytest.mark.django_db
def test_a_corrected_year_replaces_its_days_and_leaves_those_of_the_next_years_notice() -> None:
    days = read_arrangement(WHOLE, 2027, "一")
    calendar_load_year(
        MACHINE, year=2027, days=[*days, SpecialDay(date(2026, 12, 31), False, "元旦", "一")], source="一"
    )
    calendar_load_year(MACHINE, year=2026, days=library_days(2026), source="二")
    assert CalendarDay.objects.filter(date=date(2026, 12, 31)).exists()
    calendar_load_year(MACHINE, year=2027, days=days, source="更正")
    assert not CalendarDay.objects.filter(date=date(2026, 12, 31)).exists()
    assert CalendarDay.objects.filter(date__year=2027).count() == len(days)


@pytest.mark.django_db
def test_a_year_that_a_newer_library_brings_is_taken_once_and_counted(
    asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def deferred_at_once(wanted: list[tuple[str, dict[str, Any]]]) -> None:
        for name, arguments in wanted:
            run(name, **arguments)

    monkeypatch.setattr("renda.kernel.actions.context.jobs.defer_many", deferred_at_once)
    run("deadlines.watch", timestamp=0)
    assert asked == []
    monkeypatch.setattr(jobs, "library_years", lambda: frozenset({2026, 2027}))
    monkeypatch.setattr(jobs, "library_arrangement", lambda year: read_arrangement(WHOLE, year, "库"))
    for _ in range(2):
        run("deadlines.watch", timestamp=0)
    assert asked == [2027]
    assert list(CalendarYear.objects.values_list("year", flat=True)) == [2027]


@pytest.mark.django_db
def test_only_where_the_tree_begins_the_calendar_is_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    city = Tenant.make(name="市", level="city")
    county = Tenant.make(name="县", level="county", parent=city)
    Tenant.objects.bulk_create([city, county])
    monkeypatch.setitem(registry.GRANTS, ("keeper", "calendar.load_year"), "tree")

    def keeper(tenant: Tenant, *below: Tenant) -> Actor:
        reach = frozenset({tenant.id, *(one.id for one in below)})
        return Actor("person", "甲", posts=(HeldPost(1, "keeper", 0, tenant.id, reach),), tenants=reach)

    given: dict[str, Any] = {"year": 2027, "days": read_arrangement(WHOLE, 2027, "一"), "source": "通知"}
    for actor in (keeper(county), Actor.public([city.id])):
        with pytest.raises(Forbidden):
            calendar_load_year(actor, **given)
    assert not CalendarYear.objects.exists()
    calendar_load_year(keeper(city, county), **given)
    assert CalendarYear.objects.get().source == "2027年：通知"


@pytest.mark.django_db
def test_where_a_year_comes_from_must_be_said() -> None:
    with pytest.raises(Invalid) as refused:
        calendar_load_year(MACHINE, year=2027, days=read_arrangement(WHOLE, 2027, "一"), source=" ")
    assert list(refused.value.fields) == ["source"]
