"""The daily digest of somebody who handles messages, with her rights and her desk of that day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from renda.kernel import clock, jobs
from renda.kernel.notices.actions import notice_prefer
from renda.kernel.notices.api import Notice
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from renda.voice.tests.conftest import Story
from tests.people import Cast


def run_at_nine(days: int = 1) -> None:
    nine = timezone.localtime(clock.now()).replace(hour=9, minute=3) + timedelta(days=days)
    with clock.frozen(nine):
        jobs.run("notices.digest", timestamp=0)


def digests(cast: Cast) -> list[Notice]:
    with tenant_transaction(cast.tenants):
        return list(Notice.objects.filter(kind="notice.digest").order_by("id"))


def test_an_officer_is_told_what_waits_on_her_desk(story: Story, cast: Cast) -> None:
    message = story.assigned()
    notice_prefer(cast.actor("township_officer"), wanted={}, digest_hour=9)
    run_at_nine()
    (notice,) = digests(cast)
    assert notice.party_id == cast.people["township_officer"].pk
    assert notice.title == "每日摘要：待我办理 1 件"
    assert message.subject in notice.body


def test_whose_post_has_ended_is_told_nothing(story: Story, cast: Cast) -> None:
    story.assigned()
    notice_prefer(cast.actor("township_officer"), wanted={}, digest_hour=9)
    ended = timezone.localdate(clock.now()) - timedelta(days=1)
    Holding.objects.filter(person_id=cast.people["township_officer"].pk).update(ends_on=ended)
    run_at_nine()
    assert digests(cast) == []
