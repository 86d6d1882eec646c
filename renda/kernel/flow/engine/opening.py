"""Opening work at a node: who it is for, in which seats, due when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow.engine.paths import acted_before
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import Place, distinct
from renda.kernel.flow.models import Activation, Case, Task
from renda.kernel.flow.shapes import Node


def check_choices(run: Run, case: Case) -> None:
    """The assignees that the mover named for nodes ahead.

    Raises:
        Invalid: a node that is not there, or somebody who may not be chosen there.
    """
    for node_id, parties in run.choices.items():
        node = run.definition(case).by_id.get(node_id)
        rules = [word for word in node.who if word.startswith("choice")] if node else []
        allowed = {p for word in rules for p in run.world.resolve(word.removeprefix("choice:"), case) if ":" in word}
        free = "choice" in rules
        if not rules or not all(run.world.humans(p) and (free or p in allowed) for p in parties):
            raise Invalid(fields={f"assignees.{node_id}": "所选办理人不符合这个环节的规定。"})


def remember_choices(run: Run, case: Case) -> None:
    """Keep the assignees named for nodes ahead.  Raises: as ``check_choices``."""
    check_choices(run, case)
    run.tree.set(case, choices={**case.choices, **{key: list(value) for key, value in run.choices.items()}})


def resolve(run: Run, case: Case, node: Node) -> list[int]:
    """The parties of a node's ``who``, in the order of the file."""
    found: dict[int, None] = {}
    for word in node.who:
        if word.startswith("choice"):
            found.update(dict.fromkeys(case.choices.get(node.id, ())))
        else:
            found.update(dict.fromkeys(run.parties((word,), case)))
    # One question for all of them: who holds them, whose they are.
    run.world.learn(found)
    return list(found)


class Placed(NamedTuple):
    """The seats of a new round, and the parties that should have had one and have nobody to fill it."""

    seats: Sequence[Place]
    vacant: Sequence[int] = ()


def place(run: Run, case: Case, node: Node, came_from: int | None, places: Sequence[Place] | None) -> Placed:
    """Who gets the seats of a new round; no seat only if the node is skipped for want of anybody.

    Raises:
        Invalid: the mover should have chosen somebody and did not.
        Refused: neither the node's rule nor its administrator names anybody.
    """
    wanted = list(places) if places is not None else _from_rule(run, case, node)
    found = distinct(wanted, run.world.humans)
    if not found and places is not None:
        wanted = _from_rule(run, case, node)
        found = distinct(wanted, run.world.humans)
    if found and node.votes:
        return Placed(found, [one.party for one in wanted if not run.world.humans(one.party)])
    if found:
        return Placed(found if node.mode == "any" else found[:1])
    if is_chosen(node) and run.mover.kind == "person" and not node.on_empty:
        raise nobody_chosen(node)
    if node.on_empty == "skip":
        return Placed([])
    stand_ins: list[int] = []
    if node.on_empty == "superior":
        stand_ins = superiors(run, case, node, came_from)
    for parties in (stand_ins, run.parties(run.definition(case).administrator, case)):
        found = distinct([Place(party, stands_in=True) for party in parties], run.world.humans)
        if found:
            return Placed(found[:1])
    raise Refused("flow.nobody", f"“{node.title}”没有可以办理的人，流程管理员也没有设置，请联系系统管理员。")


def is_chosen(node: Node) -> bool:
    """Whether somebody chooses the node's people."""
    return any(word.startswith("choice") for word in node.who)


def nobody_chosen(node: Node) -> Invalid:
    """The refusal where somebody should have chosen."""
    return Invalid(fields={f"assignees.{node.id}": f"请选择“{node.title}”的办理人。"})


def _from_rule(run: Run, case: Case, node: Node) -> list[Place]:
    if node.kind == "start":
        return [Place(case.initiator_id)] if case.initiator_id is not None else []
    weight: dict[int, int] = {}
    for expression, value in node.weights:
        weight.update(dict.fromkeys(run.parties((expression,), case), value))
    return [Place(party, weight=weight.get(party, 1)) for party in resolve(run, case, node)]


def superiors(run: Run, case: Case, node: Node, came_from: int | None) -> list[int]:
    """Who stands in when a node's rule finds nobody: the head of the unit the rule names, else the superior of
    those who acted before.
    """
    anchors = {word.partition("@")[2] for word in node.who if "@" in word}
    heads = run.parties([f"head@{anchor}" for anchor in sorted(anchors)], case)
    before = [party for person in sorted(acted_before(run, came_from)) for party in run.world.superiors(person, case)]
    return heads or before


def same_person(run: Run, case: Case, node: Node, came_from: int | None, places: Sequence[Place]) -> bool:
    """Whether the node's only assignee is the human who has just approved the node before."""
    if node.same_person != "skip" or len(places) != 1 or not run.definition(case).edge(node.id, "approve"):
        return False
    able = run.world.humans(places[0].party)
    return len(able) == 1 and able <= acted_before(run, came_from)


def auto_approve(run: Run, case: Case, activation: Activation, where: Place) -> None:
    """自动通过（同一人）."""
    human = min(run.world.humans(where.party))
    task = done(run, case, activation, where.party, "approve", hand=human)
    run.tree.set(task, reason="same_person")


def done(run: Run, case: Case, activation: Activation, party: int, action: str, hand: int | None = None) -> Task:
    """A task that is done as it is made: the initiator's own form, and 自动通过."""
    hand = hand or run.mover.person
    principal = party if hand != party and party not in run.mover.parties else None
    return new(
        run,
        case,
        activation,
        party,
        state="done",
        seat=1,
        action=action,
        claimed_by_id=hand,
        principal_id=principal,
        read_at=run.now,
        opened_at=run.now,
        closed_at=run.now,
    )


def new(run: Run, case: Case, activation: Activation, party: int, **values: Any) -> Task:
    """One task; its tenant is its assignee's, which is thereby admitted to the case."""
    tenant_id = run.world.tenant_of(party) or case.tenant_id
    run.admit(tenant_id)
    return run.tree.insert(
        Task, tenant_id=tenant_id, case_id=case.id, activation_id=activation.id, assignee_id=party, **values
    )


def seats(run: Run, case: Case, node: Node, activation: Activation, placed: Placed) -> None:
    """Open an activation's seats, all at once or (sequence) the first only; who is missing at a vote is recorded."""
    for number, one in enumerate(placed.seats, 1):
        opened = number == 1 or node.mode != "sequence"
        values: dict[str, Any] = {"state": "waiting"}
        if opened:
            values = opened_now(run, case, node, activation)
        new(
            run,
            case,
            activation,
            one.party,
            seat=number,
            weight=one.weight,
            stands_in=one.stands_in,
            **values,
        )
    for party in placed.vacant:
        run.tree.insert(
            Task,
            tenant_id=case.tenant_id,
            case_id=case.id,
            activation_id=activation.id,
            assignee_id=party,
            seat=len(placed.seats),
            state="cancelled",
            reason="nobody",
            closed_at=run.now,
        )


def opened_now(run: Run, case: Case, node: Node, activation: Activation) -> dict[str, Any]:
    """The attributes of a task that opens now, its due among them."""
    due = run.task_due(case, node, activation)
    values: dict[str, Any] = {"state": "open", "opened_at": run.now}
    if due is not None:
        values.update(due_at=due.at, soon_at=due.soon_at, provisional=due.provisional)
    return values


def open_waiting(run: Run, task: Task) -> None:
    """A waiting task's turn has come; one that had a due (it waited for an adviser) keeps it."""
    activation = run.tree.activations[task.activation_id]
    values: dict[str, Any] = {"state": "open", "opened_at": run.now}
    if task.opened_at is not None or task.due_at is not None:
        values["opened_at"] = task.opened_at or run.now
    else:
        values = opened_now(run, run.tree.cases[task.case_id], run.tree.node(activation), activation)
    run.tree.set(task, version=task.version + 1, **values)


def readers(
    run: Run,
    case: Case,
    activation: Activation,
    parties: Sequence[int],
    *,
    in_turn: bool,
    added_by: int | None = None,
) -> None:
    """``read`` tasks: all at once, or one after another in one seat."""
    seat = max((task.seat for task in run.tree.tasks_of(activation.id)), default=0)
    for index, party in enumerate(parties):
        first = index == 0 or not in_turn
        seat += 1 if first else 0
        new(
            run,
            case,
            activation,
            party,
            kind="read",
            role="copy",
            seat=seat,
            position=index if in_turn else 0,
            state="open" if first else "waiting",
            opened_at=run.now if first else None,
            added_by_id=added_by,
        )
