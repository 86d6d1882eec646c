"""The invariants of the engine's contract, as assertions over a tree."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from renda.kernel.flow.engine import seats
from renda.kernel.flow.engine.tree import TABLES, Tree, apply, from_json
from renda.kernel.flow.models import Case, CaseEvent, EffectEncoder
from renda.kernel.flow.tests.world import FakeWorld


def dump(tree: Tree) -> dict[str, Any]:
    """All rows as plain values, and the subjects."""
    world = tree.world
    assert isinstance(world, FakeWorld)
    rows = {
        (name, key): {f.attname: getattr(row, f.attname) for f in TABLES[name]._meta.concrete_fields}
        for name in TABLES
        for key, row in tree.rows[name].items()
    }
    return {"rows": rows, "subjects": {key: dict(value) for key, value in world.subjects.items()}}


def check(tree: Tree) -> None:
    """Invariants 1 to 4 on every case."""
    for case in tree.cases.values():
        _running(tree, case)
        _ended(tree, case)
        _tokens(tree, case)
        _assignees(tree, case)


def _running(tree: Tree, case: Case) -> None:
    """1: an open act task, or a wait, a call, a circulate that waits."""
    if not case.running:
        return
    acts = [t for t in tree.of_case("task", case.id) if t.kind == "act" and t.state == "open"]
    open_nodes = [tree.node(a) for a in tree.of_case("activation", case.id) if a.state == "open"]
    waits = [n for n in open_nodes if n.kind in ("wait", "call") or (n.kind == "circulate" and n.wait_readers)]
    assert acts or waits, "silent hang"


def _ended(tree: Tree, case: Case) -> None:
    """2: nothing is left open in an ended case."""
    if case.running:
        return
    assert not [t for t in tree.of_case("task", case.id) if t.kind == "act" and t.unfinished]
    assert not [r for r in tree.of_case("request", case.id) if r.state == "pending"]
    assert not [t for t in tree.of_case("token", case.id) if t.state != "gone"]
    assert case.ended_at is not None
    assert case.outcome


def _tokens(tree: Tree, case: Case) -> None:
    """3: each live token is at one open activation, each open activation has its token, and its seats agree."""
    tokens = tree.of_case("token", case.id)
    open_ones = {a.id: a for a in tree.of_case("activation", case.id) if a.state == "open"}
    at = {t.activation_id for t in tokens if t.state in ("live", "forked")}
    assert at == set(open_ones), "tokens and activations disagree"
    for token in tokens:
        parent = tree.tokens.get(token.parent_id or 0)
        if token.state != "gone" and parent is not None:
            assert parent.state == "forked"
    for activation in open_ones.values():
        node = tree.node(activation)
        if node.kind == "parallel":
            owner = activation.token_id
            branches = [t for t in tokens if t.parent_id == owner and t.state != "gone"]
            assert any(t.state in ("live", "forked") for t in branches), "a join that should have fired"
        if node.kind in ("task", "start"):
            chains = seats.chains(tree, activation.id)
            assert seats.verdict(node, chains) == seats.PENDING
            states = [t.state for chain in chains.values() for t in chain]
            assert "open" in states
            for chain in chains.values():
                assert [t.state for t in chain].count("open") <= 1
                pending = [t.state for t in chain if t.unfinished]
                assert "open" not in pending[1:], "a later task of a chain is open first"
    for task in tree.of_case("task", case.id):
        if task.kind == "act" and task.unfinished:
            assert task.activation_id in open_ones
    for request in tree.of_case("request", case.id):
        if request.state == "pending" and request.task_id is not None:
            assert tree.tasks[request.task_id].unfinished, "asked for a task that is over"


def _assignees(tree: Tree, case: Case) -> None:
    """4: one open act task an assignee an activation; and no human fills two seats in his own name."""
    held = Counter(
        (t.activation_id, t.assignee_id) for t in tree.of_case("task", case.id) if t.kind == "act" and t.state == "open"
    )
    assert all(count == 1 for count in held.values())
    filled = Counter(
        (activation.id, human)
        for activation in tree.of_case("activation", case.id)
        for chain in seats.chains(tree, activation.id).values()
        for human in {seats.human_of(t) for t in chain if t.role != "consult" and t.state == "done" and t.claimed_by_id}
        if human is not None
    )
    assert all(count == 1 for count in filled.values()), "one human in two seats"


def check_hand(tree: Tree, event: CaseEvent) -> None:
    """8, asked at the moment of the act: who did it had the task, held its post, or stood in for who does."""
    task = tree.tasks[event.task_id or 0]
    name = event.on_behalf_of_id or event.actor_id or 0
    assert task.assignee_id in tree.world.parties_of(name)
    if event.on_behalf_of_id is not None:
        assert event.on_behalf_of_id in tree.world.principals(event.actor_id or 0, "")


def check_replay(tree: Tree) -> None:
    """6: the events alone, through JSON, give the same rows and subjects."""
    world = FakeWorld()
    again = Tree(world, tree.definitions)
    for event in tree.events:
        for effect in from_json(json.loads(json.dumps(event.effects, cls=EffectEncoder))):
            apply(again, effect)
    theirs, ours = dump(again), dump(tree)
    assert theirs["rows"] == ours["rows"]
    written = {key: value for key, value in ours["subjects"].items() if value}
    for key, values in theirs["subjects"].items():
        assert {name: written[key][name] for name in values} == values


def check_joins(tree: Tree) -> None:
    """3: a join fires at most once a round of its block."""
    fired = Counter(
        effect[2]
        for event in tree.events
        for effect in event.effects
        if effect[0] == "=" and effect[1] == "activation" and effect[3].get("outcome", ("", ""))[1] == "join"
    )
    assert all(count == 1 for count in fired.values())
