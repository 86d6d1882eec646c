"""Starting a case: by somebody, or by a call node of another case."""

from __future__ import annotations

from typing import Any

from renda.kernel.errors import Refused
from renda.kernel.flow.engine import opening
from renda.kernel.flow.engine.run import Run
from renda.kernel.flow.engine.seats import Place
from renda.kernel.flow.engine.tokens import activate, enter, leave
from renda.kernel.flow.models import Activation, Case, Token
from renda.kernel.flow.shapes import Definition, Node

DEEPEST = 5


def begin(
    run: Run, definition: tuple[int, Definition], *, submit: bool = True, case_id: int | None = None, **values: Any
) -> Case:
    """Make a case and put its token at the start.

    The initiator's form is submitted at once (``submit``), or stays open as a draft. An initiator who is a party has
    a task there, so that the case can be sent back; the public has none.
    """
    row_id, flow = definition
    tree = run.tree
    tree.definitions[row_id] = flow
    new_id = case_id or run.world.new_id()
    values.setdefault("root_id", new_id)
    case = tree.insert(Case, id=new_id, definition_id=row_id, started_at=run.now, **values)
    if run.choices:
        opening.remember_choices(run, case)
    if flow.deadline is not None:
        due = run.due(case, flow.deadline)
        tree.set(case, due_at=due.at if due else None, provisional=bool(due and due.provisional))
    node = flow.start
    token = tree.insert(Token, tenant_id=case.tenant_id, case_id=case.id, node=node.id)
    if not submit and case.initiator_id is not None:
        enter(run, token, node.id, None, places=[Place(case.initiator_id)])
        return case
    activation = activate(run, case, token, node, None)
    if case.initiator_id is not None:
        opening.done(run, case, activation, case.initiator_id, "submit")
    leave(run, activation, "submit")
    return case


def start_child(run: Run, case: Case, node: Node, activation: Activation) -> None:
    """Start the case a call node names, in its own tenant, on its own subject.

    Raises:
        Refused: calls nested deeper than any sound flow.
    """
    if node.call is None or len(run.callers(case)) >= DEEPEST:
        raise Refused("flow.too_deep", "流程相互调用的层数过多，请联系流程管理员。")
    call, world = node.call, run.world
    tenant_id = case.tenant_id
    if call.tenant != "case":
        tenant_id = int(world.value(case, call.tenant.removeprefix("field:")))
    subject = (case.subject_type, case.subject_id)
    if call.subject != "case":
        subject = world.subject(case, call.subject.removeprefix("field:"))
    new_id = world.new_id()
    if call.wait:
        run.tree.set(activation, child_id=new_id)
    begin(
        run,
        world.definition(call.flow, tenant_id),
        case_id=new_id,
        tenant_id=tenant_id,
        root_id=case.root_id,
        parent_id=case.id,
        parent_activation_id=activation.id if call.wait else None,
        subject_type=subject[0],
        subject_id=subject[1],
        title=case.title,
        initiator_id=case.initiator_id,
    )
    for other in {tenant_id, case.tenant_id, *case.admitted}:
        run.admit(other)
    if not call.wait:
        leave(run, activation, "approve")
