"""How tokens travel: what happens when one reaches a node of each kind, and when it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from renda.kernel.errors import Refused
from renda.kernel.flow.engine import closing, opening
from renda.kernel.flow.engine.paths import last_places, places_of, reject_target
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import Place
from renda.kernel.flow.models import Activation, Case, Token
from renda.kernel.flow.shapes import Edge, Node


def enter(
    run: Run,
    token: Token,
    node_id: str,
    came_from: int | None,
    *,
    places: Sequence[Place] | None = None,
    return_to: int | None = None,
) -> None:
    """Put a token at a node. ``places`` are given when a round is opened for those who acted there before."""
    run.step()
    tree = run.tree
    case = tree.cases[token.case_id]
    node = run.definition(case).by_id[node_id]
    tree.set(token, state="live", node=node_id, activation_id=None)
    if node.kind in ("task", "start"):
        _task(run, case, token, node, came_from, places, return_to)
    else:
        _AUTOMATIC[node.kind](run, case, token, node, came_from)


def activate(
    run: Run, case: Case, token: Token, node: Node, came_from: int | None, return_to: int | None = None
) -> Activation:
    """A new round of a node."""
    rounds = [a.round for a in run.tree.of_case("activation", case.id) if a.node == node.id]
    activation = run.tree.insert(
        Activation,
        tenant_id=case.tenant_id,
        case_id=case.id,
        token_id=token.id,
        node=node.id,
        round=max(rounds, default=0) + 1,
        came_from_id=came_from,
        return_to_id=return_to,
        opened_at=run.now,
    )
    run.tree.set(token, activation_id=activation.id)
    return activation


def leave(run: Run, activation: Activation, outcome: str) -> None:
    """Complete an activation and send its token along the edge its outcome names."""
    tree = run.tree
    node, case = tree.node(activation), tree.cases[activation.case_id]
    token = tree.tokens[activation.token_id]
    closing.unfinished(run, activation, "sibling")
    tree.set(activation, state="done", outcome=outcome, closed_at=run.now)
    if activation.return_to_id is not None and outcome != "reject" and not outcome.startswith("go:"):
        back = tree.activations[activation.return_to_id]
        enter(run, token, back.node, back.came_from_id, places=places_of(tree, back.id))
        return
    edge = way_out(run, case, node, outcome)
    if edge is not None:
        enter(run, token, edge.to, activation.id)
    elif outcome == "reject" and (target := reject_target(run, case, activation)) is not None:
        send_to(run, activation, target)
    else:
        raise Refused("flow.no_way", f"流程没有规定“{node.title}”之后的去向，请联系流程管理员。")


def way_out(run: Run, case: Case, node: Node, outcome: str) -> Edge | None:
    """The edge an outcome takes.

    ``go:X`` (a timeout's) takes the edge named X, or the one that leads to X. An outcome that the machine gave
    (skip, event, timeout, a child's) and that has no edge of its own takes the default edge, else the first.
    """
    definition = run.definition(case)
    edges = definition.out(node.id)
    if outcome.startswith("go:"):
        word = outcome.removeprefix("go:")
        return definition.edge(node.id, word) or next((e for e in edges if e.to == word), None)
    exact = definition.edge(node.id, outcome)
    if exact is not None or (node.kind == "task" and outcome != "skip"):
        return exact
    return definition.edge(node.id, "approve") or next(iter(edges), None)


def send_to(run: Run, activation: Activation, target: Activation, *, straight: bool = False) -> None:
    """Open a new round at a passed node, leaving every parallel block on the way."""
    tree = run.tree
    owner = tree.tokens[target.token_id]
    closing.branches(run, owner, "sent_back")
    enter(
        run,
        owner,
        target.node,
        target.came_from_id,
        places=last_places(run, tree.cases[target.case_id], target.node),
        return_to=activation.id if straight else None,
    )


def _task(
    run: Run,
    case: Case,
    token: Token,
    node: Node,
    came_from: int | None,
    places: Sequence[Place] | None,
    return_to: int | None,
) -> None:
    placed = opening.place(run, case, node, came_from, places)
    activation = activate(run, case, token, node, came_from, return_to)
    if not placed.seats:
        leave(run, activation, "skip")
    elif places is None and opening.same_person(run, case, node, came_from, placed.seats):
        opening.auto_approve(run, case, activation, placed.seats[0])
        leave(run, activation, "approve")
    else:
        opening.seats(run, case, node, activation, placed)


def _circulate(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    activation = activate(run, case, token, node, came_from)
    readers = [party for party in opening.resolve(run, case, node) if run.world.humans(party)]
    opening.readers(run, case, activation, readers, in_turn=node.order == "in_turn")
    if not (node.wait_readers and readers):
        leave(run, activation, "approve")


def _choice(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    edges = run.definition(case).out(node.id)
    taken = next((edge for edge in edges if edge.when and run.world.holds(case, edge.when)), None)
    taken = taken or next(edge for edge in edges if edge.otherwise)
    enter(run, token, taken.to, came_from)


def _parallel(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    tree = run.tree
    block = activate(run, case, token, node, came_from)
    tree.set(token, state="forked")
    branches = [
        (edge.to, tree.insert(Token, tenant_id=case.tenant_id, case_id=case.id, parent_id=token.id, node=edge.to))
        for edge in run.definition(case).out(node.id)
    ]
    for to, branch in branches:
        # A branch that went through at once may already have joined, ended or left the block.
        if branch.state == "live" and branch.activation_id is None and block.state == "open":
            enter(run, branch, to, block.id)


def _join(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    tree = run.tree
    tree.set(token, state="joined")
    parent = tree.tokens[token.parent_id] if token.parent_id else None
    if parent is None or parent.activation_id is None:
        raise RuntimeError(f"join {node.id} outside a block")
    branches = [t for t in tree.of_case("token", case.id) if t.parent_id == parent.id and t.state != "gone"]
    if any(branch.state != "joined" for branch in branches):
        return
    for branch in branches:
        tree.set(branch, state="gone")
    block = tree.activations[parent.activation_id]
    tree.set(block, state="done", outcome="join", closed_at=run.now)
    enter(run, parent, run.definition(case).out(node.id)[0].to, block.id)


def _wait(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    activation = activate(run, case, token, node, came_from)
    until = node.until
    moments = []
    due = run.due(case, until.or_after) if until.or_after else None
    if due is not None:
        moments.append((due.at, due.provisional))
    moment = run.world.value(case, until.at.removeprefix("field:")) if until.at else None
    if moment is not None:
        moments.append((moment, False))
    if moments:
        at, provisional = min(moments)
        run.tree.set(activation, due_at=at, provisional=provisional)
    if until.when and run.world.holds(case, until.when):
        leave(run, activation, "event")
    elif activation.due_at is not None and activation.due_at <= run.now:
        leave(run, activation, "timeout")


def _call(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    from renda.kernel.flow.engine.calls import start_child

    activation = activate(run, case, token, node, came_from)
    start_child(run, case, node, activation)


def _end(run: Run, case: Case, token: Token, node: Node, came_from: int | None) -> None:
    run.tree.set(token, state="gone")
    finish(run, case, "ended", node.outcome or node.id)


def finish(run: Run, case: Case, state: str, outcome: str) -> None:
    """End or terminate a case; then its caller goes on."""
    closing.case(run, case, state, outcome)
    caller = run.tree.activations.get(case.parent_activation_id or 0)
    if caller is not None and caller.state == "open":
        child_is_over(run, caller, case)


def child_is_over(run: Run, caller: Activation, child: Case) -> None:
    """Let the caller go on with its child's outcome, unless it is suspended (then its resumption does)."""
    if run.tree.cases[caller.case_id].suspended_at is None:
        leave(run, caller, "terminated" if child.state == "terminated" else child.outcome)


_Entry = Callable[[Run, Case, Token, Node, int | None], None]
_AUTOMATIC: dict[str, _Entry] = {
    "circulate": _circulate,
    "choice": _choice,
    "parallel": _parallel,
    "join": _join,
    "wait": _wait,
    "call": _call,
    "end": _end,
}
