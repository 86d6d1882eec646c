"""A flow as a person reads it: numbered steps in plain Chinese, each with what comes after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from renda.kernel import clock
from renda.kernel.deadlines import api as deadlines
from renda.kernel.flow import conditions, drafts
from renda.kernel.flow.fields import Problem
from renda.kernel.flow.shapes import Deadline, Definition, Edge, Node
from renda.kernel.flow.subjects import SUBJECTS, SubjectType, who_title

KIND_TITLES = {
    "start": "发起",
    "task": "办理",
    "circulate": "传阅",
    "choice": "判断",
    "parallel": "同时办理",
    "join": "汇合",
    "wait": "等待",
    "call": "启动其他流程",
    "end": "结束",
}
MODE_TITLES = {
    "single": "一人办理",
    "any": "或签（一人办理即可）",
    "all": "会签（全部同意）",
    "sequence": "依次签",
    "ratio": "票签（按比例通过）",
}
UNIT_TITLES = {
    "working_hours": "个工作小时",
    "working_days": "个工作日",
    "hours": "小时",
    "days": "天",
    "months": "个月",
}
TIMEOUT_TITLES = {
    "remind": "提醒",
    "escalate": "请上级一并办理",
    "escalate:add": "请上级一并办理",
    "escalate:transfer": "转给上级办理",
    "approve": "自动同意",
    "reject": "自动不同意",
}
EMPTY_TITLES = {"": "交流程管理员", "skip": "跳过", "superior": "交上级", "administrator": "交流程管理员"}
OUTCOME_TITLES = {"event": "等到了", "timeout": "到期", "terminated": "终止", "approve": "同意", "reject": "不同意"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a step: when it is taken, and where it leads."""

    edge: int  # its number in the file, from 0; -1 for one the file does not spell out
    when: str
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as the page shows it; ``facts`` are label and text."""

    number: int
    node: Node
    kind: str
    facts: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]
    problems: tuple[Problem, ...]
    editable: bool
    removable: bool

    @property
    def anchor(self) -> str:
        """The id of the step in the page."""
        return f"step-{self.node.id}"


def steps(definition: Definition, problems: Iterable[Problem] = (), *, tenant_id: int | None = None) -> list[StepView]:
    """The steps in the order of the file; rules of time as they hold for a congress (None: nationally)."""
    subject = SUBJECTS.get(definition.subject)
    by_node: dict[str, list[Problem]] = {}
    for problem in problems:
        by_node.setdefault(problem.node, []).append(problem)
    spelled = [node for node in definition.source.get("node", ()) if isinstance(node, dict)]
    in_file = {node.get("id") for node in spelled}
    edges = _numbered(definition)
    return [
        StepView(
            number,
            node,
            KIND_TITLES[node.kind],
            tuple(_facts(definition, node, subject, tenant_id)),
            tuple(_way(definition, subject, node, edge, edges.get(edge, -1)) for edge in definition.out(node.id)),
            tuple(by_node.get(node.id, ())),
            editable=node.id in in_file and node.kind in ("task", "circulate"),
            removable=node.id in in_file and drafts.removable(definition, node),
        )
        for number, node in enumerate(definition.nodes, 1)
    ]


def _numbered(definition: Definition) -> dict[Edge, int]:
    """Each edge's number in the file; an edge from a start that the file does not spell out has none."""
    written = definition.source.get("edge", ())
    offset = len(definition.edges) - len(written)
    return {edge: index - offset for index, edge in enumerate(definition.edges) if index >= offset}


def rules(definition: Definition, tenant_id: int | None = None) -> list[tuple[str, str]]:
    """What holds for the whole flow, as label and text."""
    subject = SUBJECTS.get(definition.subject)

    def people(words: Iterable[str]) -> str:
        return "、".join(who_title(word, subject) for word in words)

    urge, oversee, reopen = definition.urge, definition.oversee, definition.reopen
    steps_to = "、".join(definition.by_id[to].title for to in reopen.to if to in definition.by_id)
    found = [
        ("流程管理员", people(definition.administrator)),
        ("全程时限", deadline_text(definition.deadline, tenant_id) if definition.deadline else ""),
        ("催办", f"{people(urge.who)}，{urge.hours} 小时内不重复" if urge.who else ""),
        ("督办", people(oversee.who)),
        ("督办时限", deadline_text(oversee.deadline, tenant_id) if oversee.deadline else ""),
        ("挂起和恢复", people(definition.suspend)),
        ("无人办理前可撤销", people(definition.terminate)),
        ("办结后可唤醒", f"{people(reopen.who)}，回到{steps_to}" if reopen.to else ""),
    ]
    return [(label, text) for label, text in found if text]


def _facts(
    definition: Definition, node: Node, subject: SubjectType | None, tenant_id: int | None
) -> Iterable[tuple[str, str]]:
    if node.kind in ("task", "circulate"):
        yield "办理人" if node.kind == "task" else "传阅给", "、".join(who_title(word, subject) for word in node.who)
        yield "无人可办时", EMPTY_TITLES[node.on_empty]
    if node.kind == "task":
        yield "办理方式", _mode(node)
        yield "可做的事", "、".join(_action_title(node, action, subject) for action in node.actions)
        yield from _moves(definition, node, subject)
        if node.same_person == "skip":
            yield "同一人", "上一步已由同一人同意时自动通过"
    if node.deadline is not None:
        yield "时限", deadline_text(node.deadline, tenant_id)
    if node.on_timeout:
        yield "到期后", "、".join(timeout_text(definition, node, word) for word in node.on_timeout)
    if node.kind == "wait":
        yield "等待", _until(node, subject, tenant_id)
    if node.kind == "call" and node.call is not None:
        yield "流程", node.call.flow + ("，办完后继续" if node.call.wait else "，不等待")


_BACK = {"initiator": "发起人", "previous": "上一环节", "passed": "经过的环节"}


def _moves(definition: Definition, node: Node, subject: SubjectType | None) -> Iterable[tuple[str, str]]:
    """The rules of the moves that the step allows."""
    titles = {other.id: other.title for other in definition.nodes} | _BACK
    if "send_back" in node.actions:
        # Any node that was passed: the other words say nothing more.
        words = ("passed",) if "passed" in node.send_back else node.send_back
        yield "退回到", "、".join(titles.get(word, word) for word in words)
    if node.on_reject:
        yield "不同意时退回", titles.get(node.on_reject, node.on_reject)
    if "transfer" in node.actions:
        people = "、".join(who_title(word, subject) for word in node.transfer.to) or "在岗人员"
        yield "转办给", f"{people}，最多 {node.transfer.limit} 次"
    if "extend" in node.actions:
        people = "、".join(who_title(word, subject) for word in node.extend.who)
        yield "延期由", f"{people}批准，最多 {node.extend.times} 次"
    for label, names in (("可填写", node.fields.write), ("不显示", node.fields.hidden), ("只显示", node.fields.read)):
        if names:
            yield label, "、".join(subject.field_title(name) if subject else name for name in names)


def _mode(node: Node) -> str:
    text = MODE_TITLES[node.mode]
    if node.mode == "ratio" and node.threshold is not None:
        text = f"票签（{node.threshold.numerator}/{node.threshold.denominator} 以上同意）"
    return f"{text}，秘密表决" if node.secret else text


def _action_title(node: Node, action: str, subject: SubjectType | None) -> str:
    moves = {"send_back": "退回", "transfer": "转办", "consult": "征求意见", "add_assignee": "加签"}
    moves |= {"copy_to": "抄送", "circulate": "传阅", "extend": "申请延期"}
    known = subject.action_title(action) if subject else action
    return (
        node.button(action) or moves.get(action) or (known if known != action else OUTCOME_TITLES.get(action, action))
    )


def deadline_text(deadline: Deadline, tenant_id: int | None) -> str:
    """7 个工作日, or the rule's title with its figure and source."""
    if not deadline.rule:
        return f"{deadline.amount} {UNIT_TITLES[deadline.unit]}"
    if deadline.rule not in deadlines.rule_keys():
        return f"规则 {deadline.rule}（未登记）"
    rule = deadlines.rule_for(deadline.rule, tenant_id, clock.today())
    return f"{rule.title}（{rule.figure}，{rule.citation}）" if rule else f"规则 {deadline.rule}（本级无此规定）"


def timeout_text(definition: Definition, node: Node | None, word: str) -> str:
    """What happens when a step's time is over: 提醒, 转到“……”."""
    if word in TIMEOUT_TITLES or node is None:
        return TIMEOUT_TITLES[word]
    name = word.removeprefix("go:")
    edge = definition.edge(node.id, name) or next((one for one in definition.out(node.id) if one.to == name), None)
    target = definition.by_id.get(edge.to) if edge else None
    return f"转到“{target.title if target else name}”"


def _condition(text: str, subject: SubjectType | None) -> str:
    """A condition in words; one that is none (the checker says so) stands as it was typed."""
    try:
        expression = conditions.parse(text)
    except conditions.ConditionError:
        return text
    return conditions.in_words(expression, subject.field_title if subject else str)


def _until(node: Node, subject: SubjectType | None, tenant_id: int | None) -> str:
    until, parts = node.until, []
    titles = subject.events if subject else {}
    if until.event:
        parts.append(titles.get(until.event, until.event))
    if until.when:
        parts.append(_condition(until.when, subject))
    if until.at:
        name = until.at.removeprefix("field:")
        parts.append(f"到{subject.field_title(name) if subject else name}")
    if until.or_after is not None:
        parts.append(f"最多 {deadline_text(until.or_after, tenant_id)}")
    return "，".join(parts)


def _way(definition: Definition, subject: SubjectType | None, node: Node, edge: Edge, number: int) -> Way:
    target = definition.by_id.get(edge.to)
    if node.kind == "choice":
        when = "其他情况" if edge.otherwise else f"如果{_condition(edge.when, subject)}"
    elif node.kind in ("parallel", "join", "circulate", "start") or len(definition.out(node.id)) == 1:
        when = "然后" if edge.on in ("approve", "submit") else _action_title(node, edge.on, subject)
    elif node.kind == "task" and edge.on == "approve" and "approve" not in node.actions:
        when = "跳过时"
    else:
        when = _action_title(node, edge.on, subject)
    return Way(number, when, target.title if target else edge.to, f"step-{edge.to}")
