"""Field rights: what a node lets its assignees see and write, and what an act may carry."""

from __future__ import annotations

import pytest

from renda.kernel.errors import Invalid
from renda.kernel.flow.engine.rights import FieldRights, rights
from renda.kernel.flow.tests.bench import ADMIN, FIRST, LAST, Bench, flow
from renda.kernel.flow.tests.world import run


def rights_of(bench: Bench, who: int) -> FieldRights:
    return rights(run(bench.tree, who), bench.case)


def seen(bench: Bench, who: int) -> set[str]:
    found = rights_of(bench, who)
    return {name for name in ("title", "level", "phone") if found.may_see(name)}


def test_hidden_fields_are_hidden_from_those_who_work_there_and_from_nobody_else() -> None:
    bench = Bench.at_desk("single", fields={"hidden": ["phone"], "write": ["level"]})
    assert seen(bench, 1) == {"title", "level"}
    assert seen(bench, ADMIN) == {"title", "level", "phone"}
    assert rights_of(bench, 1).may_write("level")
    assert not rights_of(bench, 1).may_write("title")
    assert not rights_of(bench, ADMIN).may_write("level")


def test_where_reading_is_spelled_out_the_rest_is_not_shown() -> None:
    bench = Bench.at_desk("single", fields={"read": ["title"], "write": ["level"]})
    assert seen(bench, 1) == {"title", "level"}
    only_read = Bench.at_desk("single", fields={"read": ["title"]})
    assert seen(only_read, 1) == {"title"}


def test_what_was_hidden_at_work_stays_hidden_after_it_and_nothing_can_be_written_any_more() -> None:
    bench = Bench.at_desk("single", fields={"hidden": ["phone"], "write": ["level"]})
    bench.act(1)
    assert seen(bench, 1) == {"title", "level"}
    assert not rights_of(bench, 1).may_write("level")


def test_open_work_decides_and_lent_work_counts_as_ones_own() -> None:
    graph = flow("single", fields={"read": ["title"]})
    graph["node"][3]["fields"] = {"read": ["phone"]}
    bench = Bench(graph, desk=[1])
    bench.start()
    bench.act(FIRST)
    bench.act(1)
    assert seen(bench, LAST) == {"phone"}
    assert seen(bench, 1) == {"title"}
    bench.world.delegations = {1: [LAST]}
    assert seen(bench, 1) == {"phone"}


def test_an_adviser_gives_an_opinion_and_writes_no_field() -> None:
    bench = Bench.at_desk("single", fields={"write": ["level"]})
    bench.seat(1, "consult", 7)
    assert not rights_of(bench, 7).may_write("level")
    with pytest.raises(Invalid) as refused:
        bench.act(7, "reply", fields={"level": 3})
    assert set(refused.value.fields) == {"level"}
    bench.act(7, "reply")
    bench.act(1, fields={"level": 3})
    assert bench.world.subjects[7] == {"level": 3}
