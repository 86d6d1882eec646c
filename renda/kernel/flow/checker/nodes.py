"""Is each node complete for its kind: its ways out, its mode, and nothing in it that its kind does not use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from renda.kernel.flow.checker.report import Report
from renda.kernel.flow.shapes import Definition, Edge, Node

Flows = Mapping[str, Definition] | None

_ALWAYS = {"id", "title", "kind", "line"}
_ASSIGNED = {"who", "on_empty"}
_USED: dict[str, set[str]] = {
    "start": {"actions", "titles", "fields", "final"},
    "task": {item.name for item in fields(Node)} - {"order", "wait_readers", "until", "call", "join", "outcome"},
    "circulate": {*_ASSIGNED, "order", "wait_readers", "fields"},
    "choice": set(),
    "parallel": {"join"},
    "join": set(),
    "wait": {"until"},
    "call": {"call"},
    "end": {"outcome"},
}


def check(report: Report, flows: Flows) -> None:
    """Every node by its kind."""
    for node in report.definition.nodes:
        edges = report.definition.out(node.id)
        _only_used(report, node)
        _edges_by_name(report, node, edges)
        _BY_KIND[node.kind](report, node, edges)
        if node.kind == "call":
            _called(report, node, edges, flows)


def _only_used(report: Report, node: Node) -> None:
    """An attribute that the kind ignores is a mistake, not a decoration."""
    for item in fields(Node):
        if item.name in _ALWAYS or item.name in _USED[node.kind]:
            continue
        if item.name == "actions" and node.actions == ():
            continue
        if getattr(node, item.name) != item.default:
            report.say(node, f"“{item.name}”在 {node.kind} 环节里不起作用，请删去。")


def _edges_by_name(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    seen: set[str] = set()
    for edge in edges:
        if node.kind == "choice":
            if bool(edge.when) == edge.otherwise:
                report.say(edge, "分支的连线要么写 when，要么写 otherwise = true。")
            continue
        if edge.when or edge.otherwise:
            report.say(edge, "只有分支环节（choice）的连线能写 when 或 otherwise。")
        if node.kind != "parallel" and edge.on in seen:
            report.say(edge, f"从“{node.title}”出去的“{edge.on}”有两条连线。")
        seen.add(edge.on)


def _only_one(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    if len(edges) != 1:
        report.say(node, f"“{node.title}”应恰有一条连线出去，现在有 {len(edges)} 条。")


def _start(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    _only_one(report, node, edges)
    for edge in edges:
        if edge.on not in (*node.actions, "approve"):
            report.say(edge, f"发起环节没有动作“{edge.on}”。")


def _task(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    names = {edge.on for edge in edges}
    if not edges:
        report.say(node, f"“{node.title}”没有连线出去。")
    for outcome in sorted(_needed(node) - names):
        if outcome == "reject":
            report.say(node, f'“{node.title}”的“不同意”没有去向：请加 on = "reject" 的连线，或写 on_reject。')
        else:
            report.say(node, f"“{node.title}”的“{outcome}”没有连线。")
    taken = {*node.actions, "approve", "reject", *report.timeout_edges(node)}
    for edge in edges:
        if edge.on not in taken and edge.to not in report.timeout_edges(node):
            report.say(edge, f"“{node.title}”不会有结果“{edge.on}”，这条连线永远走不到。")
    for word in sorted(report.timeout_edges(node)):
        if word not in names and all(edge.to != word for edge in edges):
            report.say(node, f"超时要走的连线“{word}”不存在。")
    if not any(action in names or (action == "reject" and node.on_reject) for action in node.actions):
        report.say(node, f"“{node.title}”的动作没有一个能办完这个环节。")
    _mode(report, node)
    _parts(report, node)


def _needed(node: Node) -> set[str]:
    """The outcomes that must have a way out; other actions may be recorded only."""
    needed = {"approve", "reject"} if node.votes else {"approve", "reject"} & set(node.actions)
    if node.on_empty == "skip" or node.same_person == "skip":
        needed.add("approve")
    needed |= {"approve", "reject"} & set(node.on_timeout)
    return needed - ({"reject"} if node.on_reject else set())


def _mode(report: Report, node: Node) -> None:
    if node.votes and {"approve", "reject"} - set(node.actions):
        report.say(node, f"{node.mode} 的环节必须有 approve 和 reject 两个动作。")
    if node.mode == "ratio" and node.threshold is None:
        report.say(node, '票签（ratio）要写通过比例 threshold，如 "2/3"。')
    if node.mode != "ratio" and (node.threshold is not None or node.weights):
        report.say(node, "threshold 和 weights 只用于票签（ratio）。")
    if node.mode != "all" and node.veto == "at_once":
        report.say(node, "veto 只用于会签（all）。")
    if node.secret and node.mode not in ("all", "ratio"):
        report.say(node, "秘密表决（secret）只用于会签（all）或票签（ratio）。")
    if node.mode == "single" and len(node.who) > 1:
        report.say(node, "单人办理（single）只能写一个 who；多人请用 any、all、sequence 或 ratio。")
    for expression, _ in node.weights:
        report.need_known(node, "办理人", expression, node.who)


def _parts(report: Report, node: Node) -> None:
    if node.on_timeout and node.deadline is None:
        report.say(node, "写了 on_timeout，但没有 deadline。")
    if "extend" in node.actions:
        if not node.extend.who:
            report.say(node, "允许申请延期（extend），但没有写由谁批准：extend = { who = … }。")
        if node.deadline is None:
            report.say(node, "允许申请延期（extend），但没有 deadline。")
    for action in (*dict(node.titles), *node.final):
        if action not in node.actions:
            report.say(node, f"“{action}”不在这个环节的动作里。")
    if node.mode not in ("all", "any", "ratio") and node.add == ("parallel",):
        report.say(node, "并行加签只用于会签、或签、票签。")


def _circulate(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    if node.on_empty not in ("", "skip"):
        report.say(node, f"传阅“{node.title}”没有人可传时直接往下走，on_empty 只能写 skip。")
    _only_one(report, node, edges)


def _choice(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    otherwise = [edge for edge in edges if edge.otherwise]
    if len(otherwise) != 1:
        report.say(node, f"分支“{node.title}”应恰有一条 otherwise 连线，现在有 {len(otherwise)} 条。")
    if len(edges) < 2:
        report.say(node, f"分支“{node.title}”至少要有两条连线。")


def _parallel(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    if len(edges) < 2:
        report.say(node, f"并行“{node.title}”至少要有两条连线。")


def _wait(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    until = node.until
    ways = {"event"} if until.event or until.when else set()
    if until.at or until.or_after is not None:
        ways.add("timeout")
    if not ways:
        report.say(node, f"等待“{node.title}”没有写等什么：until 要有 event、when、at 或 or_after。")
    names = {edge.on for edge in edges}
    for edge in edges:
        if edge.on not in (*ways, "approve"):
            report.say(edge, f"等待“{node.title}”不会有结果“{edge.on}”。")
    if "approve" not in names:
        for way in sorted(ways - names):
            report.say(node, f"等待“{node.title}”的“{way}”没有连线。")


def _call(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    if node.call is None:
        report.say(node, f"“{node.title}”没有写要启动的流程（call）。")
    if not edges:
        report.say(node, f"“{node.title}”没有连线出去。")


def _called(report: Report, node: Node, edges: tuple[Edge, ...], flows: Flows) -> None:
    """One edge for each outcome of the child and for ``terminated``, unless a default edge takes them all."""
    if node.call is None or flows is None:
        return
    if not report.need_known(node, "流程", node.call.flow, flows):
        return
    child = flows[node.call.flow]
    if node.call.subject == "case" and child.subject != report.definition.subject:
        report.say(node, f"流程“{child.title}”办的是 {child.subject}，与本流程的业务对象不同。")
    names = {edge.on for edge in edges}
    outcomes = {one.outcome or one.id for one in child.nodes if one.kind == "end"} | {"terminated"}
    if not node.call.wait:
        outcomes = {"approve"}
    for name in sorted(names - outcomes - {"approve"}):
        report.say(node, f"流程“{child.title}”不会有结果“{name}”。")
    if "approve" not in names:
        for name in sorted(outcomes - names):
            report.say(node, f"流程“{child.title}”的结果“{name}”没有连线。")


def _end(report: Report, node: Node, edges: tuple[Edge, ...]) -> None:
    if edges:
        report.say(node, f"结束环节“{node.title}”不能有连线出去。")


_BY_KIND: dict[str, Callable[[Report, Node, tuple[Edge, ...]], None]] = {
    "start": _start,
    "task": _task,
    "circulate": _circulate,
    "choice": _choice,
    "parallel": _parallel,
    "join": _only_one,
    "wait": _wait,
    "call": _call,
    "end": _end,
}
