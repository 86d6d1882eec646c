"""Is the graph sound: reachable, ending, nested, and without a loop that runs by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from renda.kernel.flow.checker.report import Report
from renda.kernel.flow.shapes import Definition, Node

# The blocks a node is inside, outermost first: (parallel node, number of its branch).
Blocks = tuple[tuple[str, int], ...]


def edges_are_sound(report: Report) -> bool:
    """Whether both ends of every edge exist; the other parts walk along them."""
    known = report.definition.by_id
    good = True
    for edge in report.definition.edges:
        good &= report.need_known(edge, "环节", edge.source, known)
        good &= report.need_known(edge, "环节", edge.to, known)
    return good


def check(report: Report) -> None:
    """All questions about the graph as a whole."""
    flow = report.definition
    ends = [node.id for node in flow.nodes if node.kind == "end"]
    if not ends:
        report.say(None, '流程没有结束环节（kind = "end"）。')
    for edge in flow.edges:
        if edge.to == flow.start.id:
            report.say(edge, "不能有连线回到发起环节；退回给发起人用 send_back。")
    forward = {node.id: set(_next(flow, node)) for node in flow.nodes}
    reached = _reach({flow.start.id}, forward)
    for node in flow.nodes:
        if node.id not in reached:
            report.say(node, f"环节“{node.title}”走不到。")
    ending = _reach(set(ends), _turned(forward))
    for node in flow.nodes:
        if ends and node.id in reached - ending:
            report.say(node, f"从环节“{node.title}”走不到任何结束环节。")
    _blocks_nest(report)
    _no_idle_loop(report, forward)


def _next(flow: Definition, node: Node) -> Iterator[str]:
    """The nodes that may come after this one; a send-back only goes where the token was already."""
    yield from (edge.to for edge in flow.out(node.id))


def _reach(begin: set[str], along: Mapping[str, Iterable[str]]) -> set[str]:
    found, todo = set(begin), list(begin)
    while todo:
        for node in along.get(todo.pop(), ()):
            if node not in found:
                found.add(node)
                todo.append(node)
    return found


def _turned(forward: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    backward: dict[str, set[str]] = {}
    for source, targets in forward.items():
        for target in targets:
            backward.setdefault(target, set()).add(source)
    return backward


def _blocks_nest(report: Report) -> None:
    """Walk from the start with the stack of open blocks; every node must always be met with the same stack."""
    flow = report.definition
    stacks: dict[str, Blocks] = {}
    joins: dict[str, set[str]] = {}
    todo: list[tuple[str, Blocks]] = [(flow.start.id, ())]
    while todo:
        node_id, blocks = todo.pop()
        node = flow.by_id[node_id]
        if node.kind == "join":
            if not blocks:
                report.say(node, f"汇合“{node.title}”不在任何并行块内。")
                continue
            joins.setdefault(blocks[-1][0], set()).add(node_id)
            blocks = blocks[:-1]
        elif node.kind == "end" and blocks:
            report.say(node, f"并行块“{blocks[-1][0]}”还没有汇合就结束了。")
            continue
        if node_id in stacks:
            if stacks[node_id] != blocks:
                report.say(node, f"环节“{node.title}”可以从并行块的不同分支或块外走到，块没有正确嵌套。")
            continue
        stacks[node_id] = blocks
        for number, edge in enumerate(flow.out(node_id)):
            todo.append((edge.to, (*blocks, (node_id, number)) if node.kind == "parallel" else blocks))
    for node in flow.nodes:
        if node.kind == "parallel" and node.id in stacks:
            _one_join(report, node, joins.get(node.id, set()))
    _joins_are_not_shared(report, joins)


def _one_join(report: Report, node: Node, found: set[str]) -> None:
    if len(found) != 1:
        what = f"汇合到不同的环节（{'、'.join(sorted(found))}）" if found else "没有汇合"
        report.say(node, f"并行块“{node.title}”{what}，应汇合到同一个 join。")
    elif node.join and node.join not in found:
        report.say(node, f"并行块“{node.title}”写明汇合于“{node.join}”，实际走到“{next(iter(found))}”。")


def _joins_are_not_shared(report: Report, joins: Mapping[str, set[str]]) -> None:
    owners = _turned(joins)
    for join_id, blocks in owners.items():
        if len(blocks) > 1:
            report.say(
                report.definition.by_id[join_id], f"一个汇合只能属于一个并行块，这里有{'、'.join(sorted(blocks))}。"
            )


def passes_by_itself(node: Node) -> bool:
    """Whether a token may go through the node without a person or a wait."""
    match node.kind:
        case "task":
            return node.on_empty == "skip" or node.same_person == "skip"
        case "call":
            return node.call is None or not node.call.wait
        case "wait" | "start" | "end":
            return False
    return True


def _no_idle_loop(report: Report, forward: Mapping[str, set[str]]) -> None:
    idle = {node.id for node in report.definition.nodes if passes_by_itself(node)}
    along = {source: targets & idle for source, targets in forward.items() if source in idle}
    for node in report.definition.nodes:
        if node.id in idle and node.id in _reach(set(along[node.id]), along):
            report.say(node, f"环节“{node.title}”在一个没有人办理也没有等待的循环里，流程会自己转个不停。")
