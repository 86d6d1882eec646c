"""Building a definition from a flow file or its JSON form; every problem is collected with its line, in Chinese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from renda.kernel.flow.fields import FlowSyntaxError, Problem, Reader
from renda.kernel.flow.shapes import (
    ADD_PLACES,
    ADMINISTRATOR,
    KINDS,
    MODES,
    ON_EMPTY,
    ON_TIMEOUT,
    RESUMES,
    SEND_BACK_WORDS,
    UNITS,
    VOTING,
    Call,
    Deadline,
    Definition,
    Edge,
    Extend,
    Fields,
    Node,
    Oversee,
    Reopen,
    Transfer,
    Until,
    Urge,
)

_WITHIN = re.compile(r"^(\d+)\s+(working[ _])?(hour|day|month)s?$")

# What may stand in a file are the shapes' own attributes.
_HEAD = (*({item.name for item in fields(Definition)} - {"nodes", "edges", "source"}), "node", "edge", "lines")
_NODE = tuple(item.name for item in fields(Node) if item.name != "line")


def parse(text: str) -> Definition:
    """Read a flow file.

    Raises:
        FlowSyntaxError: not TOML, or keys, words or types that no flow has; every problem with its line, in Chinese.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise FlowSyntaxError([Problem(int(line[1]) if line else 0, "", f"不是合法的 TOML：{error}")]) from error
    lines: dict[str, list[int]] = {"node": [], "edge": []}
    for number, line_text in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[\s*(node|edge)\s*\]\]", line_text)
        if head:
            lines[head[1]].append(number)
    return from_graph({**data, "lines": lines})


def from_graph(graph: Mapping[str, Any]) -> Definition:
    """Build a definition from its JSON form (the shape of the file; ``lines`` optional).

    Raises:
        FlowSyntaxError: as ``parse``.
    """
    problems: list[Problem] = []
    head = Reader(graph, 0, "", problems)
    head.known(_HEAD)
    lines = graph.get("lines") or {}
    nodes = [_node(r) for r in head.tables("node", lines.get("node", ()))]
    edges = [_edge(r) for r in head.tables("edge", lines.get("edge", ()))]
    if nodes and all(node.kind != "start" for node in nodes):
        nodes.insert(0, Node("start", "发起", "start", actions=("submit",)))
        edges.insert(0, Edge("start", nodes[1].id, "submit"))
    head.need(bool(nodes), "流程没有环节。")
    _unique(nodes, problems)
    urge = head.table("urge", ("who", "hours"))
    oversee = head.table("oversee", ("who", "deadline", "report"))
    reopen = head.table("reopen", ("who", "to"))
    definition = Definition(
        key=head.text("key", required=True),
        title=head.text("title", required=True),
        subject=head.text("subject"),
        nodes=tuple(nodes),
        edges=tuple(edges),
        administrator=head.words("administrator", (ADMINISTRATOR,)),
        deadline=_deadline(head, "deadline", start="started"),
        urge=Urge(urge.words("who", ("initiator",)), urge.number("hours", 24)),
        oversee=Oversee(oversee.words("who"), _deadline(oversee, "deadline"), oversee.words("report")),
        suspend=head.words("suspend"),
        terminate=head.words("terminate", ("initiator",)),
        reopen=Reopen(reopen.words("who"), reopen.words("to")),
        source=dict(graph),
    )
    if problems:
        raise FlowSyntaxError(problems)
    return definition


def _unique(nodes: Iterable[Node], problems: list[Problem]) -> None:
    seen: set[str] = set()
    starts = 0
    for node in nodes:
        if node.id in seen:
            problems.append(Problem(node.line, node.id, f"环节标识“{node.id}”重复。"))
        seen.add(node.id)
        starts += node.kind == "start"
    if starts > 1:
        problems.append(Problem(0, "", "一个流程只能有一个发起环节。"))


def _node(r: Reader) -> Node:
    r.node = r.text("id", required=True)
    r.known(_NODE)
    kind: Any = r.choice("kind", KINDS, "task")
    mode: Any = r.choice("mode", MODES, "single")
    rights = r.table("fields", ("read", "write", "hidden"))
    transfer = r.table("transfer", ("limit", "to"))
    extend = r.table("extend", ("who", "times"))
    until = r.table("until", ("event", "when", "at", "or_after"))
    veto: Any = r.choice("veto", ("at_once", "at_end"), "at_end")
    order: Any = r.choice("order", ("parallel", "in_turn"), "parallel")
    return Node(
        id=r.node,
        title=r.text("title") or r.node,
        kind=kind,
        line=r.line,
        who=r.words("who"),
        mode=mode,
        actions=r.words("actions", _actions(kind, mode)),
        titles=r.pairs("titles", str),
        fields=Fields(rights.words("read"), rights.words("write"), rights.words("hidden")),
        deadline=_deadline(r, "deadline"),
        on_empty=r.choice("on_empty", ON_EMPTY, ""),
        on_timeout=r.words("on_timeout", (), allowed=ON_TIMEOUT, prefix="go:"),
        same_person=r.choice("same_person", ("", "skip"), ""),
        veto=veto,
        threshold=_threshold(r),
        weights=r.pairs("weights", int),
        secret=r.flag("secret"),
        transfer=Transfer(transfer.number("limit", 3), transfer.words("to")),
        extend=Extend(extend.words("who"), extend.number("times", 1)),
        add=r.words("add", ADD_PLACES, allowed=ADD_PLACES),
        send_back=r.words("send_back", SEND_BACK_WORDS),
        resume=r.words("resume", RESUMES, allowed=RESUMES),
        on_reject=r.text("on_reject"),
        final=r.words("final"),
        order=order,
        wait_readers=r.flag("wait_readers"),
        until=Until(until.text("event"), until.text("when"), until.text("at"), _deadline(until, "or_after")),
        call=_call(r),
        join=r.text("join"),
        outcome=r.text("outcome"),
    )


def _actions(kind: str, mode: str) -> tuple[str, ...]:
    if kind == "start":
        return ("submit",)
    if kind == "task":
        return ("approve", "reject") if mode in VOTING else ("approve",)
    return ()


def _edge(r: Reader) -> Edge:
    r.node = r.text("from", required=True)
    r.known(("from", "to", "on", "when", "otherwise"))
    on = r.text("on") or "approve"
    return Edge(r.node, r.text("to", required=True), on, r.text("when"), r.flag("otherwise"), r.line)


def _deadline(r: Reader, key: str, start: str = "assigned") -> Deadline | None:
    """``{ rule = "…" }``, ``{ within = "7 working days" }`` or just ``"15 days"``."""
    if r.raw(key) is None:
        return None
    t = r.table(key, ("rule", "within", "from", "again")) if isinstance(r.raw(key), Mapping) else None
    rule = t.text("rule") if t else ""
    within = t.text("within") if t else r.text(key)
    match = _WITHIN.match(within)
    r.need(bool(rule) != bool(within), f"“{key}”要么写 rule，要么写期限（如 7 working days）。")
    r.need(not within or match is not None, f"“{key}”的期限“{within}”看不懂（如 7 working days、24 hours）。")
    start = (t.text("from") if t else "") or start
    ok = start in ("assigned", "started") or start.startswith(("field:", "node:"))
    r.need(ok, f"“{key}”的起算点“{start}”不认识。")
    again: Any = t.choice("again", ("restart", "remaining"), "restart") if t else "restart"
    if match is None:
        return Deadline(rule, 0, "", start, again)
    unit = ("working_" if match[2] else "") + match[3] + "s"
    r.need(unit in UNITS, f"“{key}”的单位“{unit}”不认识。")
    return Deadline("", int(match[1]), unit, start, again)


def _threshold(r: Reader) -> Fraction | None:
    text = r.text("threshold")
    if not text:
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(0)
    r.need(0 < value <= 1, f"通过比例“{text}”应是 0 到 1 之间的分数（如 2/3）。")
    return value


def _call(r: Reader) -> Call | None:
    if r.raw("call") is None:
        return None
    t = r.table("call", ("flow", "subject", "tenant", "wait"))
    return Call(
        t.text("flow", required=True),
        t.text("subject") or "case",
        t.text("tenant") or "case",
        t.flag("wait", default=True),
    )
