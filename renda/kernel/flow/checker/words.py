"""Do the words in a flow name things that exist: fields, actions, events, rules, nodes and people."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from renda.kernel.flow.checker.report import Report
from renda.kernel.flow.conditions import ConditionError, FieldType
from renda.kernel.flow.conditions import check as check_condition
from renda.kernel.flow.conditions import parse as parse_condition
from renda.kernel.flow.shapes import ASSIGNEE_MOVES, SEND_BACK_WORDS, Deadline, Edge, Node

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELD = "field:"
_PEOPLE: tuple[FieldType, ...] = ("party", "parties", "reference", "references")
_ANCHORS: tuple[FieldType, ...] = _PEOPLE
_DAYS: tuple[FieldType, ...] = ("date",)

Unresolved = Callable[[str], list[str]] | None


def check(report: Report, rules: Collection[str] | None, unresolved: Unresolved) -> None:
    """All words of all nodes and edges, and of the flow's head."""
    flow = report.definition
    if not _NAME.fullmatch(flow.key):
        report.say(None, f"流程标识“{flow.key}”只能用小写字母、数字和下划线，并以字母开头。")
    for node in flow.nodes:
        _node(report, node, rules, unresolved)
    for edge in flow.edges:
        if edge.when:
            _condition(report, edge, edge.when)
    _deadline(report, None, flow.deadline, rules)
    _deadline(report, None, flow.oversee.deadline, rules)
    heads = (flow.urge.who, flow.oversee.who, flow.oversee.report, flow.suspend, flow.terminate, flow.reopen.who)
    for words in (flow.administrator, *heads):
        _who(report, None, words)
    if not flow.administrator:
        report.say(None, "流程要有管理员（administrator）。")
    inside = flow.block_of
    for target in flow.reopen.to:
        known = {node.id for node in flow.nodes if node.kind == "task"}
        if report.need_known(None, "可唤醒的办理环节", target, known) and inside.get(target):
            report.say(flow.by_id[target], f"并行块内的“{target}”不能作为唤醒的去处。")


def _node(report: Report, node: Node, rules: Collection[str] | None, unresolved: Unresolved) -> None:
    if not _NAME.fullmatch(node.id):
        report.say(node, f"环节标识“{node.id}”只能用小写字母、数字和下划线，并以字母开头。")
    if node.kind in ("task", "circulate"):
        _assigned(report, node, unresolved)
    allowed = {*report.actions, *ASSIGNEE_MOVES}
    for action in node.actions:
        report.need_known(node, "动作", action, allowed)
    for name in (*node.fields.read, *node.fields.write, *node.fields.hidden):
        _field(report, node, name)
    for name in sorted(set(node.fields.hidden) & {*node.fields.read, *node.fields.write}):
        report.say(node, f"字段“{name}”不能既隐藏又可见。")
    _deadline(report, node, node.deadline, rules)
    _who(report, node, node.transfer.to)
    _who(report, node, node.extend.who)
    targets = {other.id for other in report.definition.nodes if other.kind in ("task", "start")}
    for word in node.send_back:
        report.need_known(node, "可退回的环节", word, {*SEND_BACK_WORDS, *targets})
    if node.on_reject:
        _on_reject(report, node, targets)
    if node.kind == "wait":
        _until(report, node, rules)
    if node.call is not None:
        for word in (node.call.subject, node.call.tenant):
            if word != "case":
                _field_word(report, node, word, ("reference", "party"))


def _on_reject(report: Report, node: Node, targets: set[str]) -> None:
    known = report.need_known(node, "可退回的环节", node.on_reject, {"initiator", "previous", *targets})
    blocks = report.definition.block_of
    if known and node.on_reject in targets:
        outside, here = blocks.get(node.on_reject, ()), blocks.get(node.id, ())
        if here[: len(outside)] != outside:
            report.say(node, f"不同意时要退回的“{node.on_reject}”在另一个并行块里。")


def _assigned(report: Report, node: Node, unresolved: Unresolved) -> None:
    if not node.who:
        report.say(node, f"“{node.title}”没有写由谁办理（who）。")
    _who(report, node, node.who)
    if node.on_empty or unresolved is None:
        return
    static = [word for word in node.who if not _depends_on_case(word)]
    if static and len(static) == len(node.who):
        missing = set.intersection(*(set(unresolved(word)) for word in static))
        if missing:
            names = "、".join(sorted(missing)[:3]) + (f"等 {len(missing)} 个" if len(missing) > 3 else "")
            report.say(node, f"“{node.title}”在{names}找不到办理人，请设置人员，或写 on_empty。")


def _depends_on_case(word: str) -> bool:
    return word == "initiator" or word.startswith("choice") or _FIELD in word


def _who(report: Report, node: Node | None, words: Iterable[str]) -> None:
    for word in words:
        if word in ("initiator", "choice"):
            continue
        rest = word.removeprefix("choice:")
        head, at, anchor = rest.partition("@")
        if head.startswith(_FIELD):
            if at:
                report.say(node, f"办理人“{word}”看不懂：field: 后面不能再有 @。")
            else:
                _field_word(report, node, head, _PEOPLE)
            continue
        if not re.fullmatch(r"[a-z]+(:[\w.-]+)?", head):
            report.say(node, f"办理人“{word}”看不懂，如 post:case_officer@field:lead_unit、field:deputy、initiator。")
        if at and anchor != "case":
            _field_word(report, node, anchor, _ANCHORS)


def _field_word(report: Report, node: Node | None, word: str, types: Collection[FieldType]) -> None:
    if not word.startswith(_FIELD):
        report.say(node, f"“{word}”应写成 field:字段名，或 case。")
    else:
        _field(report, node, word.removeprefix(_FIELD), types)


def _field(report: Report, node: Node | None, name: str, types: Collection[FieldType] = ()) -> None:
    if report.subject is None:
        if not report.definition.subject:
            report.say(node, f"流程没有业务对象（subject），不能用字段“{name}”。")
        return
    if report.need_known(node, "字段", name, report.subject.fields):
        found = report.subject.fields[name].type
        if types and found not in types:
            report.say(node, f"字段“{name}”的类型（{found}）不能用在这里。")


def _deadline(report: Report, node: Node | None, deadline: Deadline | None, rules: Collection[str] | None) -> None:
    if deadline is None:
        return
    if deadline.rule and rules is not None:
        report.need_known(node, "期限规则", deadline.rule, rules)
    if not deadline.rule and deadline.amount == 0:
        report.say(node, "期限不能是 0。")
    if deadline.start.startswith(_FIELD):
        _field(report, node, deadline.start.removeprefix(_FIELD), _DAYS)
    elif deadline.start.startswith("node:"):
        known = {one.id for one in report.definition.nodes}
        report.need_known(node, "起算的环节", deadline.start.removeprefix("node:"), known)


def _until(report: Report, node: Node, rules: Collection[str] | None) -> None:
    until = node.until
    if until.event and report.subject is not None:
        report.need_known(node, "事件", until.event, {*report.subject.events, *report.subject.actions})
    if until.when:
        _condition(report, node, until.when)
    if until.at:
        _field_word(report, node, until.at, _DAYS)
    _deadline(report, node, until.or_after, rules)


def _condition(report: Report, where: Node | Edge, text: str) -> None:
    try:
        expression = parse_condition(text)
    except ConditionError as refusal:
        report.say(where, f"{refusal}。")
        return
    if report.subject is None:
        if not report.definition.subject:
            report.say(where, "流程没有业务对象（subject），不能写条件。")
        return
    for error in check_condition(expression, report.subject.field_types):
        report.say(where, error if error.endswith("？") else f"{error}。")
