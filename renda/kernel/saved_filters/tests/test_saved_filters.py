"""Saved filters: a name for a list's query, one's own or an organisation's, and a word when it fits no more."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.saved_filters import actions
from renda.kernel.saved_filters.actions import MOST, conditions
from renda.kernel.saved_filters.models import SavedFilter
from renda.kernel.saved_filters.selectors import filters_for
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

LIST = "/messages/"


def client(cast: Cast, role: str) -> Client:
    found = Client()
    found.force_login(cast.people[role])
    return found


def save(
    cast: Cast, role: str, name: str = "镇里超期的", query: str = "due=overdue&stage=unit", **more: Any
) -> SavedFilter:
    saved: SavedFilter = actions.filter_save(cast.actor(role), path=LIST, query=query, name=name, **more)
    return saved


def names(cast: Cast, role: str) -> list[str]:
    return [one.name for one in filters_for(cast.actor(role))]


def test_conditions_are_one_form_whatever_the_order_and_the_page() -> None:
    assert (
        conditions("stage=unit&due=overdue&page=3&q=")
        == conditions("due=overdue&stage=unit")
        == "due=overdue&stage=unit"
    )


def test_a_list_is_saved_opened_and_marked(cast: Cast) -> None:
    mine = client(cast, "presidium_clerk")
    page = mine.get(f"{LIST}?stage=unit&page=1").content.decode()
    assert "保存为常用筛选" in page
    given = {"path": LIST, "query": "stage=unit&page=1", "name": "镇里办理中", "caption": "群众留言"}
    answer = mine.post(reverse("filter.save"), given)
    assert (answer.status_code, answer["Location"]) == (303, f"{LIST}?stage=unit")
    opened = mine.get(answer["Location"]).content.decode()
    assert 'aria-current="true"' in opened
    assert "保存为常用筛选" not in opened
    assert 'aria-current="true"><svg' not in mine.get(LIST).content.decode().split("常用筛选", 1)[1]
    with tenant_transaction(cast.tenants, durable=False):
        assert "镇里办理中" not in AuditEntry.objects.get(action="filter.save").payload, (
            "what one looks for is one's own"
        )


def test_the_same_name_keeps_the_new_query(cast: Cast) -> None:
    first = save(cast, "presidium_clerk")
    assert save(cast, "presidium_clerk", query="stage=office").pk == first.pk
    assert SavedFilter.objects.get().query == "stage=office"


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        (LIST, "stage=unit", "  "),
        (LIST, "stage=unit", "长" * 21),
        (LIST, "page=2&q=", "空的"),
        ("//elsewhere.example/", "a=1", "外站"),
        ("/nowhere/at/all/", "a=1", "没有这页"),
        (LIST, "q=" + "x" * 1001, "太长"),
    ],
)
def test_what_is_no_filter_is_not_saved(cast: Cast, path: str, query: str, name: str) -> None:
    with pytest.raises(Invalid):
        actions.filter_save(cast.actor("presidium_clerk"), path=path, query=query, name=name)
    assert not SavedFilter.objects.exists()


def test_there_is_an_end_to_chips(cast: Cast) -> None:
    for number in range(MOST):
        save(cast, "presidium_clerk", name=f"第{number}个")
    with pytest.raises(Refused):
        save(cast, "presidium_clerk", name="再来一个")


def test_shared_with_ones_organisation_to_use_and_not_to_change(cast: Cast) -> None:
    saved = save(cast, "presidium_clerk")
    assert names(cast, "presidium_vetter") == []
    own = cast.actor("presidium_clerk").posts[0].organisation_id
    actions.filter_share(cast.actor("presidium_clerk"), saved.pk, organisation=own)
    assert names(cast, "presidium_vetter") == [saved.name]
    assert names(cast, "case_officer") == [], "another organisation"
    page = client(cast, "presidium_vetter").get(LIST).content.decode()
    assert saved.name in page
    assert "共享" in page
    for change, given in (
        (actions.filter_rename, {"name": "我的"}),
        (actions.filter_share, {"organisation": None}),
        (actions.filter_remove, {}),
    ):
        with pytest.raises(NotFound):
            change(cast.actor("presidium_vetter"), saved.pk, **given)
    actions.filter_share(cast.actor("presidium_clerk"), saved.pk, organisation=None)
    assert names(cast, "presidium_vetter") == []


def test_not_shared_with_an_organisation_that_is_not_hers(cast: Cast) -> None:
    saved = save(cast, "presidium_clerk")
    other = cast.actor("case_officer").posts[0].organisation_id
    with pytest.raises(Invalid):
        actions.filter_share(cast.actor("presidium_clerk"), saved.pk, organisation=other)


def test_renamed_and_removed_on_its_page(cast: Cast) -> None:
    saved, other = save(cast, "presidium_clerk"), save(cast, "presidium_clerk", name="另一个")
    mine = client(cast, "presidium_clerk")
    assert saved.name in mine.get(reverse("filter.list")).content.decode()
    mine.post(reverse("filter.rename", args=[saved.pk]), {"name": other.name})
    assert SavedFilter.objects.get(pk=saved.pk).name == saved.name, "two of one name are none"
    mine.post(reverse("filter.rename", args=[saved.pk]), {"name": "超期件"})
    assert SavedFilter.objects.get(pk=saved.pk).name == "超期件"
    mine.post(reverse("filter.remove", args=[saved.pk]))
    assert list(SavedFilter.objects.values_list("pk", flat=True)) == [other.pk]


@pytest.mark.parametrize(
    ("query", "label"),
    [("stage=no_such", "状态"), ("issue=999", "共性问题"), ("sort=no_such", "排序"), ("gone=1", "gone")],
)
def test_one_that_no_longer_fits_says_so(cast: Cast, query: str, label: str) -> None:
    saved = save(cast, "presidium_clerk", query=query)
    page = client(cast, "presidium_clerk").get(saved.url).content.decode()
    assert f"有条件已不适用于这个列表，没有起作用：{label}。" in page
    fitting = save(cast, "presidium_clerk", query="stage=unit&sort=-due_at", name="合适的")
    assert "已不适用" not in client(cast, "presidium_clerk").get(fitting.url).content.decode()
