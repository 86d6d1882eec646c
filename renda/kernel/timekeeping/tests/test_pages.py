"""The pages of legal time, as the business administrators of a county and of the city see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines.models import CalendarDay, CalendarYear, DeadlineRule, OfficeHours
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
NOTICE = (
    "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n二、春节：2月5日至11日放假调休，共7天。2月14日（周日）上班。\n"
    "三、劳动节：5月1日至5日放假调休，共5天。5月8日（周六）上班。\n四、国庆节：10月1日至7日放假调休，共7天。10月9日（周六）上班。"
)
LIST, ADD = "timekeeping:deadline.list", "timekeeping:deadline.add_rule"
CALENDAR = "timekeeping:calendar.load_year"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("renda.kernel.deadlines.actions.transaction.on_commit", lambda forget: forget())
    deadlines.forget()
    with clock.frozen(NOW):
        yield
    deadlines.forget()


def browser(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.people[role])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    return client


@pytest.fixture
def county(cast: Cast) -> Client:
    return browser(cast, "county_business_administrator")


@pytest.fixture
def city(cast: Cast) -> Client:
    return browser(cast, "business_administrator")


def rule(cast: Cast, **more: Any) -> dict[str, Any]:
    given = {"tenant_id": cast.tenant("county"), "key": "message.unit", "amount": "5", "unit": "working_days"}
    return {**given, "valid_from": "2026-12-01", "note": "办公室通知〔2026〕3号", **more}


def test_the_list_says_what_holds_and_why(county: Client, cast: Cast) -> None:
    page = county.get(reverse(LIST)).content.decode()
    assert "黄州区" in page
    assert "《全国人民代表大会和地方各级人民代表大会代表法》（2025-03-11）第五十一条" in page
    assert "国家法律" in page
    assert "平台默认" in page
    assert "没有本级规则" in page
    found = county.get(reverse(LIST), {"q": "承办单位答复留言"}).content.decode()
    assert "7个工作日" in found
    assert "第五十一条" not in found
    assert "没有找到规则" in county.get(reverse(LIST), {"q": "没有这样的"}).content.decode()
    # Somebody else's congress, and rubbish, give one's own.
    for asked in (str(cast.tenant("other_county")), "x", "9" * 30):
        assert county.get(reverse(LIST), {"congress": asked}).status_code == 200


def test_a_rule_is_added_and_ended_by_the_page(county: Client, cast: Cast) -> None:
    form = county.get(reverse(ADD), {"key": "message.unit"}).content.decode()
    assert '<option value="message.unit" selected>' in form
    answer = county.post(reverse(ADD), rule(cast))
    assert (answer.status_code, answer["Location"]) == (303, f"{reverse(LIST)}?congress={cast.tenant('county')}")
    stored = DeadlineRule.objects.get(tenant_id=cast.tenant("county"))
    page = county.get(reverse(LIST)).content.decode()
    assert "未开始" in page
    with clock.frozen(NOW + timedelta(days=7)):
        held = county.get(reverse(LIST), {"q": "承办单位答复留言"}).content.decode()
        assert "本级" in held
        assert "办公室通知〔2026〕3号" in held
        below = county.get(reverse(LIST), {"q": "承办单位答复留言", "congress": str(cast.tenant("township"))})
        assert "上级" in below.content.decode()
    end = reverse("timekeeping:deadline.end_rule", args=[stored.pk])
    assert "5个工作日" in county.get(end).content.decode()
    assert county.post(end, {"valid_to": "2026-12-31"}).status_code == 303
    stored.refresh_from_db()
    assert str(stored.valid_to) == "2026-12-31"
    with clock.frozen(datetime(2027, 1, 1, 9, tzinfo=NOW.tzinfo)):
        gone = county.get(reverse(LIST)).content.decode()
        assert "已终止" in gone
        assert county.post(end, {"valid_to": "2027-02-01"}).status_code == 422


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"amount": "0"}, "请填写 1 到 1000 之间的整数"),
        ({"amount": "三"}, "请填写 1 到 1000 之间的整数"),
        ({"valid_from": "2026-11-23"}, "不能早于今天"),
        ({"valid_from": "2026-13-01"}, "请填写日期"),
        ({"note": ""}, "请写明依据"),
        ({"key": "suggestion.answer"}, "请写明法规名称和条款"),
        ({"key": "no.such"}, "不在可用的选项中"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    county: Client, cast: Cast, change: dict[str, str], told: str
) -> None:
    answer = county.post(reverse(ADD), rule(cast, article="第九条之二", **change))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "第九条之二" in page
    assert not DeadlineRule.objects.filter(tenant__isnull=False).exists()


def test_a_county_does_not_keep_the_citys_time(county: Client, cast: Cast) -> None:
    for tenant in ("city", "other_county"):
        assert county.post(reverse(ADD), rule(cast, tenant_id=cast.tenant(tenant))).status_code == 422
    theirs = DeadlineRule.objects.create(
        key="message.unit", title="答复", tenant_id=cast.tenant("city"), amount=1, unit="days", from_event="交办之日"
    )
    assert county.get(reverse("timekeeping:deadline.end_rule", args=[theirs.pk])).status_code == 404
    deadlines.forget()
    # The rule of the city is shown where it holds.
    assert "上级" in county.get(reverse(LIST), {"q": "答复"}).content.decode()


def test_office_hours_are_set_and_ended(county: Client, cast: Cast) -> None:
    given = {"tenant_id": cast.tenant("county"), "periods": "8：00-12：00，15:00-18:00", "valid_from": "2026-11-24"}
    assert county.post(reverse("timekeeping:deadline.add_hours"), {**given, "periods": "全天"}).status_code == 422
    assert county.post(reverse("timekeeping:deadline.add_hours"), given).status_code == 303
    page = county.get(reverse(LIST)).content.decode()
    assert "今天：08:00—12:00，15:00—18:00" in page
    hours = OfficeHours.objects.get()
    end = reverse("timekeeping:deadline.end_hours", args=[hours.pk])
    assert county.post(end, {"valid_to": "2026-11-24"}).status_code == 303
    with clock.frozen(NOW + timedelta(days=1)):
        assert "今天：08:30—12:00，14:30—17:30" in county.get(reverse(LIST)).content.decode()


def test_the_calendar_says_what_waits(county: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    due = datetime(2027, 1, 6, 23, 59, tzinfo=NOW.tzinfo)
    outlook = deadlines.Outlook(
        Counter({2027: 2}), (deadlines.Waiting("路灯不亮", due, "/messages/7/"), deadlines.Waiting("办件", due))
    )
    monkeypatch.setattr("renda.kernel.timekeeping.reading.WAITS", {"办件时限": lambda _actor, _limit: outlook})
    page = county.get(reverse(CALENDAR)).content.decode()
    assert "2 件到期日在 2027 年" in page
    assert '<a href="/messages/7/">路灯不亮</a>' in page
    assert "节假日安排还没有录入" in page
    assert "国庆节 10月1日至10月7日" in page
    # The form is where the tree begins.
    assert "由最高一级人大的业务管理员录入" in page
    assert county.post(reverse(CALENDAR), {"year": "2027", "source": "通知", "text": NOTICE}).status_code == 403
    assert not CalendarYear.objects.exists()


def test_a_notice_is_read_shown_and_only_then_stored(city: Client) -> None:
    given = {"year": "2027", "source": "国办发明电〔2026〕7号", "text": NOTICE}
    shown = city.post(reverse(CALENDAR), given)
    assert shown.status_code == 200
    assert ("春节", date(2027, 2, 5), date(2027, 2, 11)) in shown.context["off"]
    assert [day.date for day in shown.context["worked"]] == [date(2027, 2, 14), date(2027, 5, 8), date(2027, 10, 9)]
    assert not CalendarDay.objects.exists()
    again = {**given, "text": shown.context["text"], "confirm": "1"}
    assert city.post(reverse(CALENDAR), again).status_code == 303
    assert CalendarYear.objects.get().source == "2027年：国办发明电〔2026〕7号"
    kept = city.get(reverse(CALENDAR)).content.decode()
    assert "国办发明电〔2026〕7号" in kept
    assert "元旦 1月1日至1月3日" in kept


def test_what_cannot_be_read_is_told_and_stays(city: Client) -> None:
    answer = city.post(reverse(CALENDAR), {"year": "2027", "source": "通知", "text": "2027-01-01 也许 元旦"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第1行无法识别" in page
    assert "2027-01-01 也许 元旦" in page
    assert (
        "缺少法定节假日"
        in city.post(
            reverse(CALENDAR), {"year": "2027", "source": "通知", "text": "2027-01-01 休息 元旦"}
        ).content.decode()
    )


def sheet(*rows: tuple[object, ...]) -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_read_as_well(city: Client) -> None:
    rows = [("日期", "是否上班", "节日"), (datetime(2027, 1, 1), "休息", "元旦"), ("2027-05-01", "休息", "劳动节")]  # noqa: DTZ001 - as a sheet holds it
    rows += [(f"2027/10/{day}", "休息", "国庆节") for day in (1, 2, 3)]
    upload = SimpleUploadedFile("2027.xlsx", sheet(*rows))
    shown = city.post(reverse(CALENDAR), {"year": "2027", "source": "通知", "file": upload})
    assert shown.status_code == 200
    assert shown.context["count"] == 5
    for name, data, told in (
        ("x.xlsx", b"PK\x03\x04 broken", "不完整或已损坏"),
        ("x.pdf", b"%PDF-1.7\n", "这里不接收PDF"),
        ("x.xlsx", sheet(("2027-01-01", "?", "")), "第1行无法识别"),
    ):
        answer = city.post(
            reverse(CALENDAR), {"year": "2027", "source": "通知", "file": SimpleUploadedFile(name, data)}
        )
        assert answer.status_code == 422
        assert told in answer.content.decode()


def test_a_page_costs_few_queries(county: Client, django_assert_max_num_queries: Any) -> None:
    county.get(reverse(LIST))
    with django_assert_max_num_queries(15):
        county.get(reverse(LIST))
    with django_assert_max_num_queries(15):
        county.get(reverse(CALENDAR))
