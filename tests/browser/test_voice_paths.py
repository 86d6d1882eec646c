"""The longer ways of a message, each by everybody whose step it is, on the phone and at the desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from renda.kernel import clock
from renda.kernel.flow.machine import pass_time
from renda.kernel.parties import Actor
from renda.voice import actions
from renda.voice.models import Message, Stage
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests.browser.visitor import Visitor, screenshot
from tests.browser.voice import CONSTITUENT, Town, buttons, fill, leave, look_up, press, work_the_border
from tests.zones import take

DAY = timedelta(days=1)


@pytest.fixture
def town(story: Story, visitor: Visitor) -> Town:  # noqa: F811 - pytest's way of asking for a fixture
    """The small city in front of a browser."""
    return Town(story, visitor)


def unit(town: Town, role: str) -> str:
    return str(town.story.cast.organisations[role].pk)


def seen(page: Page, name: str) -> None:
    """Keep a picture at the desk and on the phone, for whoever wants to look."""
    for width, height in ((1440, 900), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        screenshot(page, f"path-{name}-{width}")
    page.set_viewport_size({"width": 1440, "height": 900})


# --- two units, one government office -------------------------------------------------------------------------------------


def test_units_dispute_the_government_office_rules_and_the_institution_oversees(town: Town) -> None:
    message = town.story.referred_up()
    assigner = town.case("county_assigner", message)
    expect(assigner.locator("main")).to_contain_text("系统建议（由人决定）")
    lead, other = unit(town, "case_officer"), unit(town, "joint_officer")
    press(assigner, "assign", lead_unit=lead, joint_units=other, note="请会同住建局办理。", said="已交办")
    _joint_unit_reads_and_logs(town, message)
    _taken_back_and_sent_back_twice(town, message, other)
    assigner = town.case("county_assigner", message)
    panel = assigner.locator("#act-message-assign")
    panel.locator("> summary").click()
    expect(panel.locator("[name=lead_unit]")).to_have_value(other)  # whom the unit named
    fill(panel, lead_unit=lead)
    with assigner.expect_navigation():
        panel.locator("button").last.click()
    expect(assigner.locator("#act-message-assign .error")).to_contain_text("请先由政府办明确责任单位")
    seen(assigner, "ruling")
    ruler = unit(town, "government_officer")
    fill(assigner.locator("#act-message-assign"), ruled_by=ruler, ruling="由交通局牵头办理。")
    with assigner.expect_navigation():
        assigner.locator("#act-message-assign button").last.click()
    expect(assigner.locator("main")).to_contain_text("裁定：由交通局牵头办理。")
    assert "send_back" not in buttons(town.case("case_officer", message)), "what is ruled is not sent back"
    _overseen_and_urged(town, message)


def _joint_unit_reads_and_logs(town: Town, message: Message) -> None:
    reader = town.open_as("joint_officer", "/bench/read/", 360)
    reader.locator("tbody a").first.click()
    assert buttons(reader) == {"read", "log_contact"}
    press(reader, "log_contact", way="joint", note="管线由我局配合。", said="沟通记录已保存")
    press(reader, "read", said="已阅")
    assert buttons(reader) == {"log_contact"}


def _taken_back_and_sent_back_twice(town: Town, message: Message, other: str) -> None:
    officer = town.case("case_officer", message)
    press(officer, "send_back", reason="属住建部门职责。", proposed_unit=other, said="已退回交办机关")
    press(officer, "withdraw", note="核实后属我局。", said="已取回")
    press(officer, "send_back", reason="再次核实，属住建部门职责。", said="已退回交办机关")
    again = town.case("county_assigner", message)
    expect(again.locator("main")).to_contain_text("再次核实，属住建部门职责。")
    press(again, "assign", lead_unit=unit(town, "case_officer"), note="请再核。", said="已交办")
    press(
        town.case("case_officer", message), "send_back", reason="仍属住建。", proposed_unit=other, said="已退回交办机关"
    )


def _overseen_and_urged(town: Town, message: Message) -> None:
    supervisor = town.case("county_supervisor", message)
    today = clock.today().isoformat()
    body = unit(town, "county_supervisor")
    press(
        supervisor,
        "oversee",
        organisation=body,
        reference="主任会议纪要〔2026〕12 号",
        decided_on=today,
        content="两周内办结。",
        said="督办决定已登记",
    )
    expect(supervisor.locator("main")).to_contain_text("主任会议纪要〔2026〕12 号")
    press(town.case("county_assigner", message), "urge", note="请按期答复。", said="已催办")
    officer = town.open_as("case_officer", "/notices/", 360)
    expect(officer.locator("main")).to_contain_text("督办：")
    expect(officer.locator("main")).to_contain_text("请按期答复。")
    expect(officer.locator("#badge-notices b")).not_to_have_text("0")


def test_more_time_is_refused_and_the_work_is_handed_on_inside_the_unit(town: Town) -> None:
    message = town.story.assigned_in_county()
    officer = town.case("case_officer", message, 360)
    until = (clock.today() + 30 * DAY).isoformat()
    press(officer, "extend", until=until, reason="需要招标。", said="等待同意")
    assert "extend" not in buttons(officer)
    press(town.case("county_assigner", message), "refuse_extension", note="请按期办结。", said="未同意延期")
    officer.reload()
    expect(officer.locator("main")).to_contain_text("不同意延期")
    head = str(town.story.cast.actor("handler_head").posts[0].post_id)
    press(officer, "transfer", to=head, note="请您批示。", said="已转办")
    assert "answer" not in buttons(officer)
    press(town.case("handler_head", message, 360), "answer", body="路面已修复。", solved="explained", said="答复已提交")


# --- silence, promises ----------------------------------------------------------------------------------------------------


def test_silence_brings_it_to_the_station_and_a_promise_comes_back_on_its_day(town: Town) -> None:
    message = _left_two_days_ago(town)
    pass_time({message.case_id: clock.now()})
    deputy = town.case("deputy", message, 360)
    assert buttons(deputy) == {"urge"}, "it is the station's now"
    expect(deputy.locator("main")).to_contain_text("代表在时限内未答复，转联络站办理")
    day = (clock.today() + 10 * DAY).isoformat()
    manager = town.case("station_manager", message, 360)
    press(manager, "answer", body="下周装好路灯。", solved="in_progress", promised_on=day, said="答复已提交")
    _rate(town, message, "satisfied")
    promised = town.story.fresh(message)
    assert promised.stage == Stage.PROMISE
    assert promised.promised_at is not None
    pass_time({message.case_id: promised.promised_at + timedelta(hours=1)})
    assert town.story.fresh(message).stage == Stage.DEPUTY
    deputy = town.case("deputy", message, 360)
    expect(deputy.locator("main")).to_contain_text("承诺日期已到")
    press(deputy, "answer", body="路灯已装好。", solved="yes", said="答复已提交")
    seen(deputy, "promise")


def _left_two_days_ago(town: Town) -> Message:
    cast, before = town.story.cast, clock.now() - 2 * DAY
    tenant = cast.congresses["township"].tenant
    given = {"tenant": tenant, "deputy": cast.people["deputy"], "station": cast.stations["township"]}
    message = actions.message_submit.at(before)(Actor.public([tenant.id]), body="路灯不亮。", **given)
    actions.message_accept.at(before)(cast.actor("presidium_vetter"), message.id)
    return town.story.fresh(message)


def _rate(town: Town, message: Message, result: str) -> Page:
    page = town.open_as(CONSTITUENT, "/receipt/", 360)
    look_up(page, message.receipt_number, message.query_word)
    fill(page.locator("main form"), process="satisfied", result=result)
    if result == "dissatisfied":
        page.fill("[name=comment]", "还是不亮。")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main")).to_contain_text("您的评价")
    take()
    return page


def test_not_satisfied_is_judged_and_the_writer_reads_why(town: Town) -> None:
    message = town.story.tell("deputy", "answer", town.story.accepted(), body="已联系供电所。", solved="on_the_spot")
    page = _rate(town, message, "dissatisfied")
    manager = town.open_as("station_manager", "/bench/?step=judge", 360)
    manager.locator("tbody a").first.click()
    press(manager, "judge", verdict="explained", note="已当面说明用电规定。", said="研判结果已记录")
    work_the_border()
    page.reload()
    expect(page.locator("main")).to_contain_text("研判：已说明")
    expect(page.locator("main")).to_contain_text("已当面说明用电规定。")
    expect(page.locator("main")).to_contain_text("已办结")


# --- persons, sealed texts ------------------------------------------------------------------------------------------------


def test_a_word_about_a_deputy_never_reaches_her(town: Town) -> None:
    page = town.open_as(CONSTITUENT, town.code, 360, js=False)
    page.get_by_role("link", name="给代表甲代表留言").click()
    fill(page.locator("main form"), body="代表甲态度生硬，来访两次都不接待。")
    leave(page)
    (message,) = town.stored()
    case = f"/messages/{message.pk}/"
    _never_there(town, case)
    vetter = town.case("presidium_vetter", message)
    vetter.locator("#act-message-accept > summary").click()
    vetter.locator("#act-message-accept [name=concerns_person]").check()
    press(vetter, "accept", said="已受理")
    expect(vetter.locator("main")).to_contain_text("反映对象为个人，代表看不到")
    _never_there(town, case)
    manager = town.case("station_manager", message, 360)
    press(manager, "answer", body="已约谈并向您致歉。", solved="yes", said="答复已提交")
    _never_there(town, case)


def _never_there(town: Town, case: str) -> None:
    deputy = town.open_as("deputy", "/bench/", 360)
    expect(deputy.locator("main")).to_contain_text("现在没有待办")
    for address in ("/messages/", "/notices/", "/bench/done/"):
        deputy.goto(town.visitor.url + address)
        expect(deputy.locator("main")).not_to_contain_text("态度生硬")
    answer = deputy.request.get(town.visitor.url + case)
    assert answer.status == 404


def test_an_accusation_is_shown_the_door_sealed_and_read_with_a_reason(town: Town) -> None:
    page = town.open_as(CONSTITUENT, town.code + "message/", 360)
    page.fill("[name=body]", "王主任收受财物，请查处。")
    number, word = leave(page)
    (message,) = town.stored()
    vetter = town.case("presidium_vetter", message)
    press(vetter, "redirect", door="accusation", reason="请向纪检监察机关反映。", said="已指引其他渠道")
    expect(vetter.locator("main")).not_to_contain_text("收受财物")
    seen(vetter, "sealed")
    look_up(page, number, word)
    expect(page.locator("main")).to_contain_text("纪检监察 12388")
    expect(page.locator("main")).to_contain_text("请向纪检监察机关反映。")
    look = vetter.locator("details.reveal", has_text="查阅封存原文")
    look.locator("summary").click()
    look.get_by_role("button").click()
    expect(vetter.locator("details.reveal .error")).to_be_visible()
    look.locator("[name=reason]").fill("核对是否移送")
    look.get_by_role("button").click()
    expect(vetter.locator("main")).to_contain_text("王主任收受财物")
    seen(vetter, "look")
    vetter.get_by_role("link", name="返回").click()
    expect(vetter.locator("main")).not_to_contain_text("收受财物")


# --- by telephone, on paper, as a file --------------------------------------------------------------------------------------


def test_a_clerk_writes_down_what_was_said_on_the_telephone(town: Town) -> None:
    clerk = town.open_as("presidium_clerk", "/bench/", 360)
    clerk.get_by_role("link", name="代群众登记").click()
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.locator(".form-errors")).to_contain_text("有 2 处需要修改")
    fill(clerk.locator("main form"), channel="telephone", body="老伴卧床，想请卫生院上门换药。", contact_name="李大爷")
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.locator(".notes")).to_contain_text("查询码")
    (message,) = town.stored()
    expect(clerk.locator("main")).to_contain_text(message.query_word)
    for role, verb, given in (
        ("presidium_vetter", "accept", {}),
        ("presidium_assigner", "assign", {"lead_unit": unit(town, "township_officer")}),
        ("township_officer", "answer", {"body": "卫生院每周二上门。", "solved": "yes"}),
    ):
        press(town.case(role, message), verb, **given)
    clerk = town.case("presidium_clerk", message, 360)
    press(clerk, "record_rating", process="satisfied", result="satisfied", said="评价已记录")
    expect(clerk.locator("main")).to_contain_text("已办结")
    paper = clerk.request.get(town.visitor.url + f"/messages/{message.pk}/pdf/")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")


def test_everybody_takes_her_own_list_with_her(town: Town) -> None:
    mine = town.story.assigned()
    town.story.submitted(deputy=None, station=None, subject="别人的事项")
    for role in ("deputy", "station_manager", "township_officer"):
        page = town.open_as(role, "/messages/", 360)
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 CSV").click()
        _head, *rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert [mine.subject in row for row in rows] == [True], role


# --- the business administrator ---------------------------------------------------------------------------------------------


def test_the_administrator_stops_frees_and_ends_a_case(town: Town) -> None:
    message = town.story.assigned_in_county()
    page = _as_administrator(town, message)
    seen(page, "administrator")
    press(page, "suspend", reason="等待省厅批复。", said="已挂起")
    unit_page = town.case("case_officer", message)
    assert buttons(unit_page) == set()
    expect(unit_page.locator("main")).to_contain_text("已挂起")
    page = _as_administrator(town, message)
    press(page, "resume", note="批复已到。", said="已恢复办理")
    press(page, "jump", to="office", reason="交办有误。", said="等待另一位业务管理员同意")
    expect(page.locator("main")).to_contain_text("等待另一位业务管理员决定")
    press(page, "terminate", reason="与另一件重复，并案办理。", said="已终止办理")
    receipt = town.open_as(CONSTITUENT, "/receipt/", 360)
    look_up(receipt, message.receipt_number, message.query_word)
    expect(receipt.locator("main")).to_contain_text("与另一件重复，并案办理。")


def _as_administrator(town: Town, message: Message) -> Page:
    """Her page, the second factor given."""
    town.visitor.sign_in(town.story.cast.people["county_business_administrator"], second_factor=True)
    return town.visitor.open_page(f"/messages/{message.pk}/")


def test_the_head_band_tells_what_is_new(town: Town) -> None:
    deputy = town.open_as("deputy", "/bench/", 360)
    expect(deputy.locator("#badge-to-do")).to_contain_text("0")
    message = town.story.accepted()
    party = town.story.cast.people["deputy"].pk
    with deputy.expect_response(re.compile("/ui/badges/")):
        deputy.evaluate(f"document.body.dispatchEvent(new CustomEvent('live-party-{party}'))")
    expect(deputy.locator("#badge-to-do b")).to_have_text("1")
    expect(deputy.locator("#badge-notices b")).to_have_text("1")
    # The list has renewed itself too.
    deputy.get_by_role("link", name=message.subject).click()
    assert buttons(deputy) == {"answer", "refer"}
