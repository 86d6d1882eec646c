"""Lists: one page without counting, safe order, narrowing, addresses that keep what was chosen."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.filters import Choice, Dates, Search
from renda.kernel.ui.shapes import State
from renda.kernel.ui.tables import MAX_PAGE, Column, Table

pytestmark = pytest.mark.django_db


class TenantTable(Table[Tenant]):
    columns = (
        Column("名称", "name", link=lambda row: f"/t/{row.pk}/", sort="name"),
        Column("上级", "parent.name"),
        Column("状态", lambda row: State("有效", "ok"), kind="state"),
        Column("层级", "level", sort="level", export=lambda row: row.level.upper()),
    )
    filters = (
        Search("搜索名称", ("name",)),
        Choice("level", "层级", [("city", "市"), ("county", "县")]),
        Dates("id", "号"),
    )
    order = "name"
    page_size = 3


@pytest.fixture
def rows() -> None:
    Tenant._default_manager.bulk_create(
        [Tenant.make(name=f"示范{number:02d}", level="county" if number % 2 else "city") for number in range(7)]
    )


def table(address: str = "/list/") -> TenantTable:
    return TenantTable(RequestFactory().get(address), Tenant._default_manager.select_related("parent").all())


def names(shown: TenantTable) -> list[str]:
    return [row.name for row in shown.objects]


@pytest.mark.usefixtures("rows")
def test_a_page_is_one_query_and_counts_nothing() -> None:
    shown = table()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        html = render_to_string("ui/table.html", {"table": shown, "empty_title": "无"})
    assert len(captured) == 1
    assert "COUNT" not in captured[0]["sql"].upper()
    assert names(shown) == ["示范00", "示范01", "示范02"]
    assert "示范02" in html
    assert "示范03" not in html


@pytest.mark.usefixtures("rows")
def test_pages_follow_each_other_without_gap_or_double() -> None:
    seen = []
    address: str = "/list/?level=&sort=level"
    while address:
        shown = table(address)
        seen += names(shown)
        address = shown.page.next_url
    assert sorted(seen) == [f"示范{number:02d}" for number in range(7)]


@pytest.mark.usefixtures("rows")
def test_the_last_page_says_so() -> None:
    assert table("/list/?page=2").page.has_next
    last = table("/list/?page=3").page
    assert (last.has_next, last.next_url, last.previous_url) == (False, "", "/list/?page=2")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("page", ["0", "-1", "x", "", "99999999999", "²"])
def test_a_senseless_page_number_harms_nothing(page: str) -> None:
    assert 1 <= table(f"/list/?page={page}").page.number <= MAX_PAGE


@pytest.mark.usefixtures("rows")
def test_only_declared_columns_can_be_sorted() -> None:
    assert names(table("/list/?sort=-name"))[0] == "示范06"
    assert names(table("/list/?sort=parent__path")) == names(table())


@pytest.mark.usefixtures("rows")
def test_narrowing_by_words_and_choice() -> None:
    assert names(table("/list/?q=示范05")) == ["示范05"]
    assert names(table("/list/?level=city")) == ["示范00", "示范02", "示范04"]
    assert table("/list/?level=city").is_narrowed
    assert not table("/list/?page=2").is_narrowed


@pytest.mark.usefixtures("rows")
def test_a_wrong_value_is_told_and_narrows_nothing() -> None:
    shown = table("/list/?id_from=gestern&level=galaxy")
    assert len(shown.objects) == 3
    assert set(shown.form.errors) == {"id_from", "level"}
    assert "is-invalid" in render_to_string("ui/table.html", {"table": shown, "empty_title": "无"})


@pytest.mark.usefixtures("rows")
def test_addresses_keep_what_was_chosen() -> None:
    shown = table("/list/?level=city&page=2&sort=name")
    assert "level=city" in shown.page.previous_url
    assert "sort=name" in shown.page.previous_url
    title, address = shown.export_links[0]
    assert title == "导出 Excel"
    assert "export=xlsx" in address
    assert "level=city" in address
    assert "page" not in address
    heading = shown.headings[0]
    assert heading.direction == "ascending"
    assert "sort=-name" in heading.url
    assert "page" not in heading.url


@pytest.mark.usefixtures("rows")
def test_only_known_files_are_offered() -> None:
    assert table("/list/?export=csv").wants_export == "csv"
    assert table("/list/?export=exe").wants_export is None


@pytest.mark.usefixtures("rows")
def test_the_file_has_all_rows_and_the_export_values() -> None:
    from renda.kernel.parties import Actor

    shown = table("/list/?export=csv&level=county&page=2")
    body = b"".join(shown.download(Actor.public(), "示范")).decode("utf-8-sig")
    lines = body.splitlines()
    assert lines[0].split(",") == ["名称", "上级", "状态", "层级"]
    assert [line.split(",")[0] for line in lines[1:]] == ["示范01", "示范03", "示范05"]
    assert lines[1].split(",")[1:] == ["", "有效", "COUNTY"]


def test_an_empty_list_says_what_to_do() -> None:
    html = render_to_string("ui/table.html", {"table": table("/list/?q=无此"), "empty_title": "没有符合条件的记录"})
    assert "没有符合条件的记录" in html
    assert "清除筛选" in html


@pytest.mark.usefixtures("rows")
def test_what_rows_hold_is_escaped() -> None:
    Tenant._default_manager.filter(name="示范00").update(name="<b>甲")
    html = render_to_string("ui/table.html", {"table": table("/list/?q=甲"), "empty_title": "无"})
    assert "&lt;b&gt;甲" in html
    assert "<b>甲" not in html
