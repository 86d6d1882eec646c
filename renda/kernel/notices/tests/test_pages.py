"""The inbox as a signed-in clerk sees it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.actions.api import Context
from renda.kernel.notices.api import Notice, send
from renda.kernel.notices.views.inbox import PAGE
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

ROLE = "county_clerk"


@pytest.fixture
def clerk(client: Client, cast: Cast) -> Client:
    client.force_login(cast.people[ROLE])
    return client


def tell(cast: Cast, *titles: str, url: str = "/notices/") -> None:
    actor = cast.actor(ROLE)
    with tenant_transaction(actor.tenants):
        ctx = Context(actor)
        for title in titles:
            send(ctx, [cast.people[ROLE].pk], title, "正文<b>", url, kind="test.optional")
        ctx.flush()


def rows(cast: Cast) -> list[Notice]:
    with tenant_transaction(cast.tenants):
        return list(Notice.objects.order_by("id"))


def test_an_empty_inbox_says_what_will_come(clerk: Client) -> None:
    assert "没有通知" in clerk.get(reverse("notice.list")).content.decode()


def test_a_notice_is_shown_opened_and_read(clerk: Client, cast: Cast) -> None:
    tell(cast, "新的交办<script>")
    page = clerk.get(reverse("notice.list")).content.decode()
    assert "新的交办&lt;script&gt;" in page
    assert "1 条未读" in page
    (notice,) = rows(cast)
    answer = clerk.post(reverse("notice.read", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (303, "/notices/")
    assert rows(cast)[0].read_by_id == cast.people[ROLE].pk
    assert "没有未读通知" in clerk.get(reverse("notice.list")).content.decode()
    assert "新的交办" not in clerk.get(reverse("notice.list") + "?unread=1").content.decode()


def test_pages_of_twenty_in_a_fixed_number_of_queries(
    clerk: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    tell(cast, *(f"通知{number:03d}" for number in range(PAGE + 5)))
    assert callable(django_assert_max_num_queries)
    with django_assert_max_num_queries(15):
        first = clerk.get(reverse("notice.list")).content.decode()
    second = clerk.get(reverse("notice.list") + "?page=2").content.decode()
    assert first.count("<h2") == PAGE
    assert second.count("<h2") == 5
    for odd in ("0", "-1", "x", "²", "99999999999999999999"):
        assert clerk.get(reverse("notice.list"), {"page": odd}).status_code == 200


def test_all_are_read_at_once(clerk: Client, cast: Cast) -> None:
    tell(cast, "一", "二", "三")
    assert clerk.post(reverse("notice.read_all")).status_code == 303
    assert all(notice.read_at for notice in rows(cast))
