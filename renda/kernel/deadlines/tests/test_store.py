"""Rules, hours and years as rows: what is shipped, what is nearer, and a year that arrives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from renda.kernel import clock
from renda.kernel.deadlines import api, store
from renda.kernel.deadlines.models import DeadlineRule, OfficeHours
from renda.kernel.deadlines.shipped import load_shipped, read_rules, shipped_files
from renda.kernel.tenancy.models import Tenant

CHINA = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    DeadlineRule.objects.create(
        key="test.unit", title="全国", amount=7, unit="working_days", from_event="交办之日", note="测试"
    )
    store.forget()
    place_of = store._held.place_of
    yield
    store.forget()
    store.register_place_of(place_of)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def congresses() -> tuple[Tenant, Tenant, Tenant]:
    city = Tenant.make(name="市人大", level="city")
    county = Tenant.make(name="县人大", level="county", parent=city)
    township = Tenant.make(name="镇人大", level="township", parent=county)
    for tenant in (city, county, township):
        tenant.save()
    return city, county, township


def own_rule(key: str, tenant: Tenant, amount: int, **more: object) -> None:
    DeadlineRule.objects.create(
        key=key, title="本地", tenant=tenant, amount=amount, unit="working_days", from_event="交办之日", **more
    )
    store.forget()


def test_shipped_rules_are_rows_with_their_citation() -> None:
    rules = [rule for path in shipped_files() for rule in read_rules(path)]
    assert DeadlineRule.objects.filter(is_shipped=True).count() == len(rules) > 60
    for row in DeadlineRule.objects.filter(is_shipped=True):
        assert (row.law and row.article) or row.note, row.key
        assert len(row.article) < 30, "an article is named, never quoted"


def test_loading_again_follows_the_file_and_leaves_own_rows(tmp_path: Path) -> None:
    city, _, _ = congresses()
    own_rule("test.unit", city, 5)
    before = {row.id: row.key for row in DeadlineRule.objects.filter(is_shipped=True)}
    load_shipped()
    assert {row.id: row.key for row in DeadlineRule.objects.filter(is_shipped=True)} == before
    header = "key,title,place,amount,unit,from_event,law,version,article,valid_from,valid_to,note\n"
    file = tmp_path / "deadlines.csv"
    file.write_text(header + "test.shipped,改,,9,working_days,交办之日,,,,,,说明\n", encoding="utf-8")
    load_shipped([file])
    assert [(row.key, row.amount) for row in DeadlineRule.objects.filter(is_shipped=True)] == [("test.shipped", 9)]
    assert DeadlineRule.objects.filter(is_shipped=False).count() == 2


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a.b,题,,7,weeks,交办,,,,,,", "unknown unit"),
        ("a.b,题,,x,days,交办,,,,,,", "invalid literal"),
        (",题,,7,days,交办,,,,,,", "needs a key"),
        ("a.b,题,,7,days,交办,,,,2026,,", "Invalid isoformat"),
        ("a.b,题,,7,days,交办,,,,,,\na.b,题,,8,days,交办,,,,,,", "stands twice"),
    ],
)
def test_a_line_that_is_no_rule_is_named(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "deadlines.csv"
    header = "key,title,place,amount,unit,from_event,law,version,article,valid_from,valid_to,note\n"
    file.write_text(header + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"deadlines\.csv:\d+: .*{fault}"):
        read_rules(file)


def test_a_rule_by_tree_place_and_day() -> None:
    city, county, township = congresses()
    other = Tenant.make(name="外市", level="city")
    other.save()
    own_rule("test.unit", city, 5)
    own_rule("test.unit", county, 3, valid_from=date(2026, 1, 1))
    start = at("2026-11-24T15:03")
    ends = [api.due("test.unit", tenant.id, start).at for tenant in (township, county, city, other)]
    assert [end.date().day if end else None for end in ends] == [27, 27, 1, 3]
    before = api.rule_for("test.unit", township.id, date(2025, 12, 31))
    assert before is not None
    assert before.amount == 5
    # The law of a province above the lowest tenant, by the code that the congress names.
    store.register_place_of(lambda tenant: "330000000000" if tenant == other.id else "421100000000")
    store.forget()
    assert api.due("suggestion.answer_again", city.id, start).at is None
    local = api.due("suggestion.answer_again", other.id, start)
    assert local.at is not None
    assert local.at.date() == date(2026, 12, 24)
    assert "浙江省" in local.rule.citation


def test_an_own_national_row_stands_before_the_shipped_one() -> None:
    shipped = api.rule_for("suggestion.answer", None, date(2026, 11, 24))
    assert shipped is not None
    assert shipped.amount == 3
    DeadlineRule.objects.create(key="suggestion.answer", title="自定", amount=2, unit="months", from_event="交办之日")
    load_shipped()
    own = api.rule_for("suggestion.answer", None, date(2026, 11, 24))
    assert own is not None
    assert own.amount == 2


def test_no_local_rule_is_no_limit() -> None:
    city, _, _ = congresses()
    due = api.due("suggestion.send_back", city.id, at("2026-11-24T15:03"))
    assert due.at is None
    assert api.due_text(due) == api.NO_LIMIT
    assert "本地没有适用的规定" in due.explanation[0]
    with pytest.raises(api.UnknownRuleError):
        api.due("no.such_rule", city.id, at("2026-11-24T15:03"))
    assert "no.such_rule" not in api.rule_keys()


def test_a_due_costs_no_query_once_the_tables_are_read() -> None:
    _, _, township = congresses()
    api.due("test.unit", township.id, at("2026-11-24T15:03"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for day in range(1, 25):
            api.due("test.unit", township.id, at(f"2026-11-{day:02d}T15:03"))
    assert len(queries) == 0


def test_office_hours_of_a_place_and_season() -> None:
    city, county, township = congresses()
    OfficeHours.objects.create(tenant=city, periods="09:00-12:00,13:30-17:00")
    OfficeHours.objects.create(
        tenant=county, periods="08:00-12:00,15:00-18:00", valid_from=date(2026, 5, 1), valid_to=date(2026, 9, 30)
    )
    store.forget()
    rule = api.Rule("x", "x", 4, "working_hours", "")
    ends = [api.due_by(rule, township.id, at(start)).at for start in ("2026-07-01T10:00", "2026-11-24T10:00")]
    assert ends == [at("2026-07-01T17:00"), at("2026-11-24T15:30")]
    assert api.due_by(rule, city.id, at("2026-07-01T10:00")).at == at("2026-07-01T15:30")


def test_the_command_says_what_is_published() -> None:
    out = StringIO()
    with clock.frozen(at("2026-11-24T09:00")):
        call_command("deadlines", "years", stdout=out)
    assert out.getvalue() == "2026年：已公布\n2027年：待节假日安排公布\n"
    rules = StringIO()
    call_command("deadlines", "rules", stdout=rules)
    assert (
        "suggestion.answer\t全国\t建议答复\t3个月\t《全国人民代表大会和地方各级人民代表大会代表法》" in rules.getvalue()
    )


def test_pause_and_extension_by_the_door() -> None:
    city, _, _ = congresses()
    due = api.due("test.unit", city.id, at("2026-11-24T15:03"))
    paused = api.shift(due, api.Pause(at("2026-11-25T09:00"), at("2026-11-27T09:00")), tenant_id=city.id)
    longer = api.extend(paused, api.Extension(5, "working_days", "情况复杂"), tenant_id=city.id)
    ends = [known.at.date() for known in (due, paused, longer) if known.at]
    assert ends == [date(2026, 12, 3), date(2026, 12, 7), date(2026, 12, 14)]
    again = api.due("test.unit", city.id, due.start, adjustments=longer.adjustments)
    assert again.at == longer.at
