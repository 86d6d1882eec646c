"""What a flow file says: frozen dataclasses, read from TOML (or the same shape as JSON) with line numbers.

Two steps read a flow. ``parse`` (here) refuses what is not even a flow: unknown keys, words and types. The checker
then asks whether the flow makes sense (reachable, nested, typed, resolvable). The JSON kept in the database has the
shape of the TOML file plus ``lines``, so one builder serves files, stored rows and the forks made on the web.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from renda.kernel.flow.fields import FlowSyntaxError, Problem, Reader

Kind = Literal[
    "start", "task", "circulate", "choice", "parallel", "join", "wait", "call", "end"
]
Mode = Literal["single", "any", "all", "sequence", "ratio"]

KINDS: tuple[str, ...] = (
    "start",
    "task",
    "circulate",
    "choice",
    "parallel",
    "join",
    "wait",
    "call",
    "end",
)
MODES: tuple[str, ...] = ("single", "any", "all", "sequence", "ratio")
# Modes that only know approve and reject.
VOTING: frozenset[str] = frozenset({"all", "sequence", "ratio"})
# What an assignee may do besides the business's own actions; a node lists the ones it allows in ``actions``.
ASSIGNEE_MOVES: tuple[str, ...] = (
    "send_back",
    "transfer",
    "consult",
    "add_assignee",
    "copy_to",
    "circulate",
    "extend",
)
ADD_PLACES: tuple[str, ...] = ("before", "after", "parallel")
RESUMES: tuple[str, ...] = ("walk", "straight")
# Words that may stand in ``send_back`` beside node ids: "passed" is any node passed on the path to here.
SEND_BACK_WORDS: tuple[str, ...] = ("initiator", "previous", "passed")
ON_EMPTY: tuple[str, ...] = ("", "skip", "superior", "administrator")
# ``go:<edge>`` beside these; "escalate" = "escalate:add".
ON_TIMEOUT: tuple[str, ...] = (
    "remind",
    "escalate",
    "escalate:add",
    "escalate:transfer",
    "approve",
    "reject",
)
UNITS: tuple[str, ...] = ("working_hours", "working_days", "hours", "days", "months")
ADMINISTRATOR = "post:business_administrator@case"
_WITHIN = re.compile(r"^(\d+)\s+(working[ _])?(hour|day|month)s?$")

__all__ = [
    "Definition",
    "Edge",
    "FlowSyntaxError",
    "Node",
    "Problem",
    "from_graph",
    "parse",
    "to_graph",
]


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a task, a wait or a case is due.

    Either ``rule`` (a key of kernel.deadlines, resolved by place and date) or ``amount`` and ``unit``. ``start`` is
    the event it counts from: ``assigned`` (the task opens), ``started`` (the case), ``field:NAME`` (a date or moment
    of the subject), ``node:ID`` (that node's last completion). ``again``: what a new round of the node gets.
    """

    rule: str = ""
    amount: int = 0
    unit: str = ""
    start: str = "assigned"
    again: Literal["restart", "remaining"] = "restart"

    @property
    def key(self) -> str:
        """What kernel.deadlines is asked: the rule's key, or the figure itself as ``15 days``."""
        return self.rule or f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class Fields:
    """The assignee's rights on the subject's fields at a node."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """How often a task may be transferred, and to whom (``to`` empty: any active party)."""

    limit: int = 3
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extend:
    """Who grants an extension the assignee asked for, and how many may be granted to one task."""

    who: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class Until:
    """What a wait waits for: an event's name, a condition on the subject, a moment of the subject, a span."""

    event: str = ""
    when: str = ""
    at: str = ""  # field:NAME
    or_after: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The child case a call node starts. ``subject`` and ``tenant``: ``case`` (the parent's) or ``field:NAME``."""

    flow: str
    subject: str = "case"
    tenant: str = "case"
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Urge:
    """Who may urge, and the hours in which nobody urges twice."""

    who: tuple[str, ...] = ("initiator",)
    hours: int = 24


@dataclass(frozen=True, slots=True)
class Oversee:
    """Who may put the case under supervision, its own clock, and who is told."""

    who: tuple[str, ...] = ()
    deadline: Deadline | None = None
    report: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopen:
    """Who may wake an ended case, and at which nodes."""

    who: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One node; attributes that its kind does not use keep their defaults."""

    id: str
    title: str
    kind: Kind
    line: int = 0
    # task, circulate
    who: tuple[str, ...] = ()
    mode: Mode = "single"
    actions: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()  # action -> its button's words
    fields: Fields = Fields()
    deadline: Deadline | None = None
    on_empty: str = ""
    on_timeout: tuple[str, ...] = ()
    same_person: str = ""  # "" | "skip"
    veto: Literal["at_once", "at_end"] = "at_end"
    threshold: Fraction | None = None
    weights: tuple[
        tuple[str, int], ...
    ] = ()  # who expression -> weight of each seat it gives (default 1)
    secret: bool = False
    transfer: Transfer = Transfer()
    extend: Extend = Extend()
    add: tuple[str, ...] = ADD_PLACES
    send_back: tuple[str, ...] = SEND_BACK_WORDS
    resume: tuple[str, ...] = RESUMES
    on_reject: str = (
        ""  # "initiator" | "previous" | node id; used when no edge is named reject
    )
    final: tuple[str, ...] = ()  # actions that cannot be withdrawn
    # circulate
    order: Literal["parallel", "in_turn"] = "parallel"
    wait_readers: bool = False
    # wait, call, parallel, end
    until: Until = Until()
    call: Call | None = None
    join: str = ""
    outcome: str = ""

    @property
    def votes(self) -> bool:
        """Whether the mode knows only approve and reject."""
        return self.kind == "task" and self.mode in VOTING

    def button(self, action: str) -> str:
        """The words on the button of an action, "" when the file gives none."""
        return dict(self.titles).get(action, "")


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge. ``on`` is the outcome that takes it (``approve`` by default); a choice uses ``when``/``otherwise``."""

    source: str
    to: str
    on: str = "approve"
    when: str = ""
    otherwise: bool = False
    line: int = 0


@dataclass(frozen=True)
class Definition:
    """A whole flow. Lookups are computed once; the object is shared by all cases of its version."""

    key: str
    title: str
    subject: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    administrator: tuple[str, ...] = (ADMINISTRATOR,)
    deadline: Deadline | None = None  # the overall clock
    urge: Urge = Urge()
    oversee: Oversee = Oversee()
    suspend: tuple[str, ...] = ()  # who may suspend and resume
    terminate: tuple[str, ...] = (
        "initiator",
    )  # who may, while nobody has acted (administrators always may)
    reopen: Reopen = Reopen()
    source: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def _out(self) -> dict[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return {key: tuple(edges) for key, edges in found.items()}

    @cached_property
    def start(self) -> Node:
        """The start node (a file without one gets one that leads to its first node)."""
        return next(node for node in self.nodes if node.kind == "start")

    def out(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that leave a node, in the file's order."""
        return self._out.get(node_id, ())

    def edge(self, node_id: str, on: str) -> Edge | None:
        """The edge of a node named by an outcome."""
        return next((edge for edge in self.out(node_id) if edge.on == on), None)

    def decisive(self, node: Node, action: str) -> bool:
        """Whether the action completes a task of the node; the others are recorded and leave it open."""
        if node.votes:
            return action in ("approve", "reject")
        if action == "reject" and node.on_reject:
            return True
        return self.edge(node.id, action) is not None

    @cached_property
    def block_of(self) -> dict[str, tuple[str, ...]]:
        """For each node the parallel nodes it lies inside, outermost first.

        A parallel node and its join count as outside their own block.
        """
        found: dict[str, tuple[str, ...]] = {}
        todo: list[tuple[str, tuple[str, ...]]] = [(self.start.id, ())]
        while todo:
            node_id, blocks = todo.pop()
            node = self.by_id.get(node_id)
            if node is None:
                continue
            if node.kind == "join":
                blocks = blocks[:-1]
            if node_id in found:
                continue
            found[node_id] = blocks
            inner = (*blocks, node_id) if node.kind == "parallel" else blocks
            todo += [(edge.to, inner) for edge in self.out(node_id)]
            if node.on_reject in self.by_id:
                todo.append((node.on_reject, found.get(node.on_reject, ())))
        return found


_HEAD = (
    *(
        "key",
        "title",
        "subject",
        "administrator",
        "deadline",
        "urge",
        "oversee",
        "suspend",
        "terminate",
    ),
    *("reopen", "node", "edge", "lines"),
)


def parse(text: str) -> Definition:
    """Read a flow file.

    Raises:
        FlowSyntaxError: not TOML, or keys, words or types that no flow has; every problem with its line, in Chinese.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise FlowSyntaxError(
            [Problem(int(line[1]) if line else 0, "", f"不是合法的 TOML：{error}")]
        ) from error
    lines: dict[str, list[int]] = {"node": [], "edge": []}
    for number, line_text in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\[\s*(node|edge)\s*\]\]", line_text)
        if head:
            lines[head[1]].append(number)
    return from_graph({**data, "lines": lines})


def to_graph(definition: Definition) -> dict[str, Any]:
    """The JSON form: the shape of the file plus ``lines``."""
    return dict(definition.source)


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
    urge, oversee = (
        head.table("urge", ("who", "hours")),
        head.table("oversee", ("who", "deadline", "report")),
    )
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
        oversee=Oversee(
            oversee.words("who"),
            _deadline(oversee, "deadline"),
            oversee.words("report"),
        ),
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


_NODE = (
    *(
        "id",
        "title",
        "kind",
        "who",
        "mode",
        "actions",
        "titles",
        "fields",
        "deadline",
        "on_empty",
        "on_timeout",
    ),
    *(
        "same_person",
        "veto",
        "threshold",
        "weights",
        "secret",
        "transfer",
        "extend",
        "add",
        "send_back",
    ),
    *(
        "resume",
        "on_reject",
        "final",
        "order",
        "wait_readers",
        "until",
        "call",
        "join",
        "outcome",
    ),
)


def _node(r: Reader) -> Node:
    r.node = r.text("id", required=True)
    r.known(_NODE)
    kind: Any = r.choice("kind", KINDS, "task")
    mode: Any = r.choice("mode", MODES, "single")
    fields = r.table("fields", ("read", "write", "hidden"))
    transfer, extend = (
        r.table("transfer", ("limit", "to")),
        r.table("extend", ("who", "times")),
    )
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
        fields=Fields(
            fields.words("read"), fields.words("write"), fields.words("hidden")
        ),
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
        until=Until(
            until.text("event"),
            until.text("when"),
            until.text("at"),
            _deadline(until, "or_after"),
        ),
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
    return Edge(
        r.node,
        r.text("to", required=True),
        on,
        r.text("when"),
        r.flag("otherwise"),
        r.line,
    )


def _deadline(r: Reader, key: str, start: str = "assigned") -> Deadline | None:
    """``{ rule = "…" }``, ``{ within = "7 working days" }`` or just ``"15 days"``."""
    if r.raw(key) is None:
        return None
    t = (
        r.table(key, ("rule", "within", "from", "again"))
        if isinstance(r.raw(key), Mapping)
        else None
    )
    rule = t.text("rule") if t else ""
    within = t.text("within") if t else r.text(key)
    match = _WITHIN.match(within)
    r.need(
        bool(rule) != bool(within),
        f"“{key}”要么写 rule，要么写期限（如 7 working days）。",
    )
    r.need(
        not within or match is not None,
        f"“{key}”的期限“{within}”看不懂（如 7 working days、24 hours）。",
    )
    start = (t.text("from") if t else "") or start
    ok = start in ("assigned", "started") or start.startswith(("field:", "node:"))
    r.need(ok, f"“{key}”的起算点“{start}”不认识。")
    again: Any = (
        t.choice("again", ("restart", "remaining"), "restart") if t else "restart"
    )
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
        t.flag("wait", True),
    )
