"""The library: publishing what changed, the nearest version, immutability, and the small edits of a fork."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from renda.kernel import clock
from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.flow import drafts, library
from renda.kernel.flow.checker import check
from renda.kernel.flow.definition import from_graph, parse
from renda.kernel.flow.fields import FlowSyntaxError
from renda.kernel.flow.models import FlowDefinition
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.toml import to_toml
from renda.kernel.tenancy.models import Tenant

FLOW = """key = "errand"
title = "一件小事"

[[node]]
id = "ask"
title = "请示"
who = "initiator"
actions = ["approve", "reject"]
deadline = "7 working days"
on_reject = "initiator"

[[node]]
id = "ended"
kind = "end"

[[edge]]
from = "ask"
to = "ended"
"""


@pytest.fixture
def shipped(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A folder whose flow files are the shipped ones."""
    monkeypatch.setattr(library, "shipped_files", lambda: iter(sorted(tmp_path.glob("*.toml"))))
    library.forget()
    return tmp_path


@pytest.fixture
def tenants(db: None) -> dict[str, Tenant]:
    city = Tenant.make(name="市", level="city")
    county = Tenant.make(name="县", level="county", parent=city)
    township = Tenant.make(name="镇", level="township", parent=county)
    other = Tenant.make(name="另一县", level="county", parent=city)
    found = {"city": city, "county": county, "township": township, "other": other}
    Tenant.objects.bulk_create(found.values())
    return found


def publish(tenant: Tenant | None, version: int = 1, title: str = "改过的") -> FlowDefinition:
    graph = {**parse(FLOW).source, "title": title}
    return FlowDefinition._default_manager.create(
        key="errand", version=version, tenant=tenant, title=title, graph=graph, published_at=clock.now()
    )


@pytest.mark.django_db
def test_publishes_only_what_changed(shipped: Any) -> None:
    path = shipped / "errand.toml"
    path.write_text(FLOW, encoding="utf-8")
    assert [(one.version, one.is_new) for one in library.publish_shipped()] == [(1, True)]
    path.write_text("# a comment moves every line\n" + FLOW, encoding="utf-8")
    assert [(one.version, one.is_new) for one in library.publish_shipped()] == [(1, False)]
    path.write_text(FLOW.replace("7 working", "5 working"), encoding="utf-8")
    assert [(one.version, one.is_new) for one in library.publish_shipped()] == [(2, True)]
    rows = FlowDefinition.objects.filter(key="errand").order_by("version")
    assert [row.retired_at is None for row in rows] == [False, True]
    assert from_graph(rows[0].graph).by_id["ask"].deadline != from_graph(rows[1].graph).by_id["ask"].deadline


@pytest.mark.django_db
def test_a_faulty_file_publishes_nothing(shipped: Any) -> None:
    (shipped / "good.toml").write_text(FLOW, encoding="utf-8")
    bad = FLOW.replace('"errand"', '"other"').replace('to = "ended"', 'to = "endde"')
    (shipped / "other.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(FlowSyntaxError, match="没有环节“endde”，是不是“ended”？"):
        library.publish_shipped()
    assert not FlowDefinition.objects.filter(key__in=("errand", "other")).exists()
    (shipped / "other.toml").write_text(FLOW, encoding="utf-8")
    with pytest.raises(FlowSyntaxError, match="有两份文件"):
        library.publish_shipped()


def test_the_nearest_published_version_is_taken(tenants: dict[str, Tenant]) -> None:
    publish(None, title="自带")
    publish(tenants["city"], title="市")
    county = publish(tenants["county"], title="县")
    publish(tenants["county"], version=2, title="县二")
    FlowDefinition.objects.create(key="errand", version=9, tenant=tenants["township"], title="稿", graph=county.graph)

    def title(tenant: str) -> str:
        library.forget()
        return library.current("errand", tenants[tenant].id)[1].title

    assert [title(name) for name in ("city", "other", "county", "township")] == ["市", "市", "县二", "县二"]
    FlowDefinition.objects.filter(title="县二").update(retired_at=clock.now())
    assert title("township") == "县"
    FlowDefinition.objects.filter(tenant__isnull=False).update(retired_at=clock.now())
    assert title("township") == "自带"
    with pytest.raises(NotFound):
        library.current("nothing", tenants["city"].id)


def test_current_asks_once_and_then_knows(tenants: dict[str, Tenant], django_assert_num_queries: Any) -> None:
    publish(None)
    library.forget()
    with django_assert_num_queries(1):
        first = library.current("errand", tenants["county"].id)
    with django_assert_num_queries(0):
        assert library.current("errand", tenants["county"].id) == first
        assert library.by_id([first[0]]) == {first[0]: first[1]}


def test_drafts_are_not_given_to_the_engine(tenants: dict[str, Tenant]) -> None:
    draft = FlowDefinition.objects.create(
        key="errand", version=1, tenant=tenants["city"], title="稿", graph=parse(FLOW).source
    )
    with pytest.raises(KeyError):
        library.by_id([draft.id])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {t} SET graph = '{{}}' WHERE id = %s",
        "UPDATE {t} SET version = 7 WHERE id = %s",
        "UPDATE {t} SET published_at = NULL WHERE id = %s",
        "DELETE FROM {t} WHERE id = %s",
    ],
)
def test_a_published_row_never_changes(sql: str) -> None:
    row = publish(None)
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(t="kernel_flow_flowdefinition"), [row.id])
    same = FlowDefinition.objects.get(id=row.id)
    assert (same.graph, same.version, same.published_at) == (row.graph, 1, row.published_at)
    row.retired_at = clock.now()
    row.save(update_fields=["retired_at"])
    draft = FlowDefinition.objects.create(key="errand", version=2, title="稿", graph={})
    FlowDefinition.objects.filter(id=draft.id).update(graph={"a": 1})
    assert FlowDefinition.objects.filter(id=draft.id).delete()[0] == 1


# The text of a graph

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    words | st.integers(-(2**40), 2**40) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
tables = st.dictionaries(words.filter(lambda key: key not in ("node", "edge", "lines")), values, max_size=4)


@given(tables, st.lists(tables, max_size=3), st.lists(tables, max_size=3))
def test_the_text_says_what_the_graph_says(head: Any, nodes: Any, edges: Any) -> None:
    import tomllib

    read = tomllib.loads(to_toml({**head, "node": nodes, "edge": edges, "lines": {}}))
    assert read == {**head, **({"node": nodes} if nodes else {}), **({"edge": edges} if edges else {})}


def test_the_text_has_the_lines_that_the_checker_names() -> None:
    text = to_toml(parse("\n\n# far down\n" + FLOW).source)
    definition = parse(text)
    assert text.splitlines()[definition.by_id["ask"].line - 1] == "[[node]]"
    assert library.same_graph(definition.source, parse(FLOW).source)


# Small edits


def graph() -> Definition:
    return parse(FLOW)


def test_a_step_is_changed_and_the_old_graph_left_alone() -> None:
    before = json.dumps(graph().source)
    flow = graph()
    changed = drafts.change_step(flow.source, "ask", {"who": ["post:leader@case"], "deadline": {"within": "3 days"}})
    node = changed.by_id["ask"]
    assert (node.who, node.deadline and node.deadline.key) == (("post:leader@case",), "3 days")
    assert json.dumps(flow.source) == before
    assert drafts.change_step(changed.source, "ask", {"deadline": ""}).by_id["ask"].deadline is None


@pytest.mark.parametrize(
    ("node", "values"),
    [("nobody", {"title": "x"}), ("ask", {"kind": "end"}), ("ask", {"mode": "some"}), ("ask", {"deadline": "soon"})],
)
def test_a_change_that_is_no_flow_is_refused(node: str, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        drafts.change_step(graph().source, node, values)


def test_a_step_is_added_on_an_edge_and_taken_out_again() -> None:
    flow = graph()
    more = drafts.add_step(flow.source, 0, {"title": "会签", "who": ["initiator"], "mode": "all"})
    assert [(edge.source, edge.to) for edge in more.edges[1:]] == [("ask", "step_1"), ("step_1", "ended")]
    assert check(more, None) == []
    assert library.same_graph(drafts.remove_step(more.source, "step_1").source, flow.source)
    with pytest.raises(Invalid):
        drafts.add_step(flow.source, 5, {"who": ["initiator"]})
    with pytest.raises(Invalid, match="重复"):
        drafts.add_step(flow.source, 0, {"id": "ask", "who": ["initiator"]})


def test_a_step_with_several_ways_out_stays() -> None:
    flow = parse(FLOW + '\n[[edge]]\nfrom = "ask"\non = "reject"\nto = "start"\n')
    with pytest.raises(Refused):
        drafts.remove_step(flow.source, "ask")
    with pytest.raises(Refused):
        drafts.remove_step(flow.source, "ended")
