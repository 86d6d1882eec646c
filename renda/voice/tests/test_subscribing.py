"""Subscriptions: told in the daily digest, with the rights of that day; nothing of what one may not see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from renda.kernel import clock, jobs
from renda.kernel.errors import Invalid, NotFound
from renda.kernel.notices.actions import subscription_add
from renda.kernel.notices.api import Found, Notice
from renda.kernel.notices.subscriptions import SUBSCRIPTION_KINDS
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.voice.issues.counting import count_voices
from renda.voice.models import Axis, CommonIssue, IssueVoice, Message, MonthFigure
from renda.voice.statistics.measures import MEASURES
from renda.voice.subscribing import CASE, FIGURES, ISSUES, LIST
from renda.voice.tests.conftest import Story


def subscribe(story: Story, role: str, kind: str, target: object) -> None:
    subscription_add(story.cast.actor(role), kind=kind, target=str(target))


def digest(story: Story, days: int = 1) -> str:
    """The body of the digest of so many days later; empty when none was sent."""
    nine = timezone.localtime(clock.now()).replace(hour=9, minute=3) + timedelta(days=days)
    with clock.frozen(nine):
        jobs.run("notices.digest", timestamp=0)
    with tenant_transaction(story.cast.tenants):
        told = Notice.objects.filter(kind="notice.digest").order_by("-created_at").first()
        return told.body if told else ""


def fresh(story: Story, role: str, kind: str, target: object, since: datetime) -> Found:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return SUBSCRIPTION_KINDS[kind].fresh(actor, str(target), since, clock.now())


def category_of(message: Message) -> str:
    return f"category={message.category}"


def test_new_messages_of_a_list_are_told_once_accepted(story: Story) -> None:
    kind = category_of(story.accepted())
    subscribe(story, "presidium_clerk", LIST, kind)
    story.submitted()
    assert digest(story) == "", "not vetted yet: its category is nobody's word"
    message = story.accepted()
    body = digest(story, 2)
    assert "【我的订阅】1 条" in body
    assert message.subject in body
    assert kind.removeprefix("category=") in body


def test_a_deputy_hears_of_her_own_and_of_none_about_her(story: Story) -> None:
    since = clock.now()
    kind = category_of(story.accepted())
    assert fresh(story, "deputy", LIST, kind, since).total == 1
    story.accepted(concerns_person=True)
    assert fresh(story, "deputy", LIST, kind, since).total == 1
    assert fresh(story, "other_deputy", LIST, kind, since).total == 0


@pytest.mark.parametrize("target", ["", "page=2", "stage=no_such", "gone=1"])
def test_a_list_without_conditions_is_no_subscription(story: Story, target: str) -> None:
    with pytest.raises(Invalid):
        subscribe(story, "presidium_clerk", LIST, target)


def test_rights_are_those_of_the_day(story: Story) -> None:
    kind = category_of(story.accepted())
    subscribe(story, "presidium_clerk", LIST, kind)
    story.accepted()
    ended = timezone.localdate(clock.now()) - timedelta(days=1)
    Holding.objects.filter(person_id=story.cast.people["presidium_clerk"].pk).update(ends_on=ended)
    assert digest(story) == ""


def test_a_case_one_is_no_party_of(story: Story) -> None:
    message = story.accepted()
    subscribe(story, "presidium_clerk", CASE, message.pk)
    assert digest(story) == "", "nothing was done on it"
    story.tell("deputy", "refer", message, note="已到社区了解。")
    body = digest(story, 2)
    assert f"留言 {message.number} 的进展：{message.subject}：待交办" in body


def test_a_case_that_has_become_invisible_is_not_told(story: Story) -> None:
    message = story.accepted()
    since = clock.now()
    story.tell("deputy", "refer", message, note="已到社区了解。")
    assert fresh(story, "presidium_clerk", CASE, message.pk, since).total == 1
    with tenant_transaction(story.cast.tenants, durable=False):
        Message.objects.filter(pk=message.pk).update(is_sealed=True)
    assert fresh(story, "presidium_clerk", CASE, message.pk, since) == Found()
    with pytest.raises(NotFound):
        subscribe(story, "other_deputy", CASE, message.pk)
    with pytest.raises(NotFound):
        subscribe(story, "presidium_clerk", CASE, "x")


def test_common_issues_of_my_area(story: Story) -> None:
    since, tenant = clock.now(), story.cast.tenant("township")
    messages = [story.accepted(place=story.cast.places[name]) for name in ("township", "village", "village")]
    issue = CommonIssue.objects.create(title="缺早餐店", found_at=since)
    with tenant_transaction(story.cast.tenants, durable=False):
        for message in messages:
            IssueVoice.objects.create(
                tenant_id=tenant, issue=issue, message=message, likeness=0.9, added_at=clock.now()
            )
        count_voices()
    found = fresh(story, "presidium_clerk", ISSUES, tenant, since)
    assert [line.text for line in found.lines] == ["缺早餐店：新增 3 件，共 3 件"]
    assert fresh(story, "presidium_clerk", ISSUES, tenant, clock.now()).total == 0
    assert fresh(story, "deputy", ISSUES, tenant, since).total == 0, "she sees no figures"
    with pytest.raises(NotFound):
        subscribe(story, "deputy", ISSUES, tenant)
    with pytest.raises(NotFound):
        subscribe(story, "other_township_clerk", ISSUES, tenant)


def test_the_figures_of_a_month_are_told_when_they_are_there(story: Story) -> None:
    tenant, now = story.cast.tenant("township"), timezone.localtime(clock.now())
    told_on = (now.replace(day=1) + timedelta(days=32)).replace(day=2, hour=9)
    before = told_on - timedelta(days=1)
    with clock.frozen(told_on):
        assert fresh(story, "presidium_clerk", FIGURES, tenant, before) == Found(), "no figures yet"
    counted = dict.fromkeys(MEASURES, 3) | {"solved": 2}
    with tenant_transaction(story.cast.tenants, durable=False):
        MonthFigure.objects.create(
            tenant_id=tenant, source_id=tenant, month=now.date().replace(day=1), axis=Axis.PLACE, **counted
        )
    with clock.frozen(told_on):
        (line,) = fresh(story, "presidium_clerk", FIGURES, tenant, before).lines
        assert line.text == f"{now.year}年{now.month}月收到 3 件，答复 3 件，解决 2 件"
        assert fresh(story, "presidium_clerk", FIGURES, tenant, told_on - timedelta(hours=2)) == Found(), "told already"
        assert fresh(story, "deputy", FIGURES, tenant, before) == Found()
    with pytest.raises(NotFound):
        subscribe(story, "deputy", FIGURES, tenant)


def test_pages_offer_what_can_be_subscribed(story: Story) -> None:
    message = story.accepted()
    clerk = Client()
    clerk.force_login(story.cast.people["presidium_clerk"])
    listed = clerk.get(reverse("voice:message.list"), {"category": message.category}).content.decode()
    assert 'name="kind" value="message.list"' in listed
    assert 'name="kind" value="message.list"' not in clerk.get(reverse("voice:message.list")).content.decode()
    for page, kind in (
        (reverse("voice:message.page", args=[message.pk]), CASE),
        (reverse("voice:issues"), ISSUES),
        (reverse("voice:statistics"), FIGURES),
    ):
        assert f'name="kind" value="{kind}"' in clerk.get(page).content.decode(), page
    given = {"kind": LIST, "target": category_of(message), "back": "/messages/"}
    assert clerk.post(reverse("subscription.add"), given).status_code == 303
    assert f"新留言：{message.category}" in clerk.get(reverse("subscription.list")).content.decode()
