"""Search in the database: what is found, in whose scope, and that nobody gets round the functions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from renda.kernel.actions.api import Context
from renda.kernel.errors import Unscoped
from renda.kernel.parties import Actor
from renda.kernel.search import api, grams
from renda.kernel.search.api import Document
from renda.kernel.tenancy.models import Tenant
from renda.kernel.tenancy.scope import tenant_transaction

pytestmark = pytest.mark.django_db
OURS, THEIRS = 8_000_001, 8_000_002

TEXTS = {
    1: "东门桥头的路灯坏了三天，晚上看不见路",
    2: "小区 WiFi 信号差，100%_的用户投诉；门牌号A1区12栋",
    3: "养老金和医疗保险都没有到账",
    4: "老养殖场污水直排，养殖户说保证整改，险情未除",
    5: "路边灯箱广告太亮",
}


@pytest.fixture(autouse=True)
def _documents() -> None:
    with scope(OURS, THEIRS):
        api.put_many(Document("test", key, OURS, text) for key, text in TEXTS.items())
        api.put_many([Document("test", 6, THEIRS, "路灯 养老"), Document("other", 7, OURS, "路灯")])


def scope(*tenants: int) -> Any:
    return tenant_transaction(tenants, durable=False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("路灯", [1]),
        ("灯", [5, 1]),
        ("路", [5, 1]),
        ("养老", [3]),
        ("老养", [4]),
        ("路灯坏", [1]),
        ("路灯 晚上", [1]),
        ("路 灯", [5, 1]),
        ("路灯 养老", []),
        ("wifi", [2]),
        ("ＷＩＦＩ", [2]),
        ("a1区12", [2]),
        ("1", [2]),
        ("100%", [2]),
        ("%_", [2]),
        ("100_", []),
        ("老\u200b养", [4]),
        ("养老保险", []),  # its pairs 养老 and 保险 stand in one document, but not side by side
        ("\\", []),
        ("'; DROP TABLE x", []),
    ],
)
def test_found(query: str, found: list[int]) -> None:
    with scope(OURS):
        assert api.search_ids("test", query) == found


@pytest.mark.parametrize("query", ["", "   ", "\u200b", "\x00"])
def test_nothing_asked_is_nothing_found(query: str) -> None:
    with scope(OURS):
        assert api.search_ids("test", query) == []


def test_only_in_scope() -> None:
    with scope(THEIRS):
        assert api.search_ids("test", "路灯") == [6]
    with scope(OURS, THEIRS):
        assert api.search_ids("test", "路灯") == [6, 1]
    with scope():
        assert api.search_ids("test", "路灯") == []
    with pytest.raises(Unscoped):
        api.search_ids("test", "路灯")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('renda.tenants', '', true)")
        cursor.execute("SELECT count(*) FROM search_ids('test', ARRAY['路灯'], ARRAY[]::text[], 10, NULL)")
        assert cursor.fetchone() == (0,)


def test_a_selector_and_the_search_are_one_statement() -> None:
    for key, name in ((1, "一"), (5, "五"), (9, "九")):
        Tenant(id=key, name=name, level="city", path=[key]).save()
    rows = Tenant.objects.order_by("id")
    with scope(OURS):
        with CaptureQueriesContext(connection) as queries:
            assert [row.name for row in api.matching(rows, "test", "路")] == ["一", "五"]
        assert len(queries) == 1
        assert [row.name for row in api.matching(rows, "test", "路", limit=1)] == ["五"]
        assert api.matching(rows, "test", " ").count() == 3
    with scope(THEIRS):
        assert not api.matching(rows, "test", "路").exists()
    with pytest.raises(Unscoped):
        api.matching(rows, "test", "路")


def test_newest_first_and_paged() -> None:
    with scope(OURS):
        api.put_many(Document("page", key, OURS, "同一句话") for key in range(100, 130))
        first = api.search_ids("page", "同一", 10)
        assert first == list(range(129, 119, -1))
        assert api.search_ids("page", "同一", 10, before=first[-1]) == list(range(119, 109, -1))


def test_a_later_text_takes_the_place_and_a_removed_one_is_gone() -> None:
    with scope(OURS):
        assert api.put_many([Document("test", 1, OURS, "旧"), Document("test", 1, OURS, "井盖丢失")]) == 1
        assert api.search_ids("test", "路灯") == []
        assert api.search_ids("test", "井盖") == [1]
        assert api.remove_many([("test", 1), ("test", 6)]) == 1
        assert api.search_ids("test", "井盖") == []
    with scope(THEIRS):
        assert api.search_ids("test", "路灯") == [6]


def test_a_document_of_a_tenant_out_of_scope_is_not_taken_over() -> None:
    with scope(OURS):
        assert api.put_many([Document("test", 6, OURS, "夺走")]) == 0
        assert api.search_ids("test", "夺走") == []
        # Work that crosses tenants may add for another, and follow up what is still that tenant's.
        assert api.put_many([Document("test", 60, THEIRS, "转来")]) == 1
        assert api.search_ids("test", "转来") == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM search_store.document",
        "DELETE FROM search_store.document",
        "SELECT object_id FROM search_store.document WHERE grams @> ARRAY['路灯']",
        "CREATE TABLE search_store.trap (id bigint)",
        "ALTER FUNCTION search_ids(text, text[], text[], integer, bigint) SECURITY INVOKER",
    ],
)
def test_the_application_cannot_get_round_the_functions(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_functions_run_as_the_owner_with_a_fixed_search_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosecdef, p.proconfig::text, r.rolname, r.rolsuper, r.rolbypassrls,"
            " has_function_privilege('public', p.oid, 'EXECUTE')"
            " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.proname LIKE 'search\\_%' ORDER BY 1"
        )
        rows = cursor.fetchall()
    assert [row[0] for row in rows] == ["search_drop", "search_ids", "search_put"]
    for _, definer, configuration, owner, superuser, bypass, public in rows:
        assert definer
        assert "search_path=pg_catalog, search_store, pg_temp" in configuration
        assert (owner, superuser, bypass, public) == ("renda_owner", False, False, False)


def test_a_flush_stores_all_documents_by_one_statement() -> None:
    with scope(OURS):
        ctx = Context(Actor.machine("test", [OURS]))
        for key in range(200, 230):
            api.index(ctx, "flush" if key % 2 else "flush2", key, OURS, f"第{key}件")
        api.remove(ctx, "test", 1)
        with CaptureQueriesContext(connection) as queries:
            ctx.flush()
        assert len(queries) == 2
        assert api.search_ids("flush", "第211件") == [211]
        assert api.search_ids("test", "路灯") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.text(st.sampled_from("路灯坏了aB1％%_\\ '\""), max_size=12), min_size=1, max_size=6),
    st.text(st.sampled_from("路灯坏了aB1％%_\\ '\""), min_size=1, max_size=4),
)
def test_the_same_as_looking_through_every_text(texts: list[str], query: str) -> None:
    with scope(OURS), transaction.atomic():
        api.put_many(Document("model", key, OURS, text) for key, text in enumerate(texts))
        words = grams.query_words(query)
        expected = [
            key
            for key, text in reversed(list(enumerate(texts)))
            if words and all(word in grams.normal(text) for word in words)
        ]
        assert api.search_ids("model", query) == expected
        api.remove_many(("model", key) for key in range(len(texts)))
