"""The business administrator's pages: work that waits for nobody, and a flow made one's own; whole without scripts."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from renda.kernel.flow import library
from renda.kernel.flow.models import FlowDefinition, Task
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import Story
from tests.browser.visitor import Visitor, assert_large_enough, axe, screenshot
from tests.people import Cast

ADMIN = "county_business_administrator"


def sign_in(visitor: Visitor, cast: Cast) -> None:
    """Sign in with the second factor given, as an administrator must."""
    client = Client()
    client.force_login(cast.people[ADMIN])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    visitor.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def nobodys(cast: Cast) -> Message:
    """A message at a unit whose work has fallen to the administrator."""
    library.forget()
    library.publish_shipped()
    message = Story(cast).assigned_in_county()
    with tenant_transaction(cast.tenants):
        Task.objects.filter(case_id=message.case_id, state="open", kind="act").update(
            stands_in=True, assignee_id=cast.actor(ADMIN).posts[0].post_id
        )
    return message


def draft(cast: Cast) -> FlowDefinition:
    """A draft of the county."""
    shipped = FlowDefinition.objects.get(key="message", tenant=None, retired_at=None)
    made: FlowDefinition = FlowDefinition._default_manager.create(
        key="message", version=1, tenant_id=cast.tenant("county"), title=shipped.title, graph=shipped.graph
    )
    return made


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible(visitor: Visitor, cast: Cast, nobodys: Message, width: int, elder: bool) -> None:
    sign_in(visitor, cast)
    workshop = f"/flows/{draft(cast).id}/edit/"
    pages = {
        "unassigned": "/flows/unassigned/",
        "flow-list": "/flows/",
        "flow-detail": workshop.removesuffix("edit/"),
        "flow-edit": f"{workshop}?step=unit&adds",
    }
    for name, address in pages.items():
        page = visitor.open_page(address, width, elder=elder)
        assert_large_enough(page, elder=elder)
        axe(page)
        screenshot(page, f"{name}-{'elder' if elder else 'normal'}-{width}")


def test_one_press_gives_what_lies_there_to_somebody(visitor: Visitor, cast: Cast, nobodys: Message) -> None:
    sign_in(visitor, cast)
    page = visitor.open_page("/bench/", 360, js=False)
    page.get_by_role("link", name="1 件待办无人办理").click()
    assert page.locator("h2", has_text="“承办单位办理”没有找到办理人").is_visible()
    assert page.get_by_role("checkbox", name=nobodys.subject).is_checked()
    # Whom the rule names by now comes first; somebody else is found by name.
    assert "承办人员甲" in page.get_by_label("指派给").locator("option:checked").inner_text()
    page.get_by_label("按姓名或岗位查找").fill("督办")
    page.get_by_role("button", name="查找").click()
    supervisor = cast.actor("county_supervisor").posts[0].post_id
    page.get_by_label("指派给").select_option(str(supervisor))
    page.get_by_label("理由").fill("由督办岗代为办理")
    page.get_by_role("button", name="指派").click()
    assert "已指派 1 件" in page.locator(".notes").inner_text()
    assert page.get_by_text("没有待指派的事项").is_visible()
    with tenant_transaction(cast.tenants):
        task = Task.objects.get(case_id=nobodys.case_id, state="open", kind="act")
    assert (task.assignee_id, task.stands_in) == (supervisor, False)


def test_a_flow_is_made_ones_own_without_a_line_of_text(visitor: Visitor, cast: Cast, nobodys: Message) -> None:
    """Another person, more time, one step more; published, it is what new cases take."""
    sign_in(visitor, cast)
    page = visitor.open_page("/flows/", js=False)
    page.get_by_role("link", name="群众留言办理").click()
    page.get_by_label("为哪一级人大修改").select_option(label="黄州区人民代表大会")
    page.get_by_role("button", name="修改成本级流程").click()
    page.get_by_role("link", name="修改“承办单位办理”").click()
    page.get_by_label("由谁办理（2）").select_option(label="主办单位的承办单位负责人")
    page.get_by_label("时限按规则").select_option(label="不按规则")
    page.get_by_label("或固定时限").fill("10")
    page.get_by_role("button", name="保存这一步").click()
    step = page.locator("#step-unit")
    assert "主办单位的承办人员、主办单位的承办单位负责人" in step.inner_text()
    assert "10 个工作日" in step.inner_text()
    page.get_by_role("link", name="增加一步").click()
    page.get_by_label("加在哪里").select_option(label="承办单位办理 → 代表反馈群众（答复）")
    page.get_by_label("名称").fill("答复审核")
    page.get_by_label("由谁办理", exact=False).first.select_option(label="主办单位的承办单位负责人")
    page.get_by_role("button", name="增加", exact=True).click()
    assert "没有问题，可以发布" in page.locator("main").inner_text()
    page.get_by_role("button", name="发布").click()
    assert "流程已发布" in page.locator(".notes").inner_text()
    library.forget()
    flow = library.current("message", cast.tenant("county"))[1]
    assert [edge.to for edge in flow.out("unit") if edge.on == "answer"] == ["step_1"]
    deadline = flow.by_id["unit"].deadline
    assert deadline is not None
    assert (flow.by_id["step_1"].title, deadline.key) == ("答复审核", "10 working_days")
