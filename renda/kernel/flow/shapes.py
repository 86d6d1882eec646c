"""What a flow file says, as frozen dataclasses; ``definition`` builds them from TOML or the same shape as JSON.

Two steps read a flow. ``definition.parse`` refuses what is not even a flow: unknown keys, words and types. The checker
then asks whether the flow makes sense (reachable, nested, typed, resolvable). The JSON kept in the database has the
shape of the TOML file plus ``lines``, so one builder serves files, stored rows and the forks made on the web.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

Kind = Literal["start", "task", "circulate", "choice", "parallel", "join", "wait", "call", "end"]
Mode = Literal["single", "any", "all", "sequence", "ratio"]

KINDS: tuple[str, ...] = get_args(Kind)
MODES: tuple[str, ...] = get_args(Mode)
# Modes that only know approve and reject.
VOTING: frozenset[str] = frozenset({"all", "sequence", "ratio"})
# What an assignee may do besides the business's own actions; a node lists the ones it allows in ``actions``.
ASSIGNEE_MOVES = ("send_back", "transfer", "consult", "add_assignee", "copy_to", "circulate", "extend")
ADD_PLACES = ("before", "after", "parallel")
RESUMES = ("walk", "straight")
# Words that may stand in ``send_back`` beside node ids: "passed" is any node passed on the path to here.
SEND_BACK_WORDS = ("initiator", "previous", "passed")
ON_EMPTY = ("", "skip", "superior", "administrator")
# ``go:<edge>`` beside these; "escalate" = "escalate:add".
ON_TIMEOUT = ("remind", "escalate", "escalate:add", "escalate:transfer", "approve", "reject")
UNITS = ("working_hours", "working_days", "hours", "days", "months")
ADMINISTRATOR = "post:business_administrator@case"


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
    weights: tuple[tuple[str, int], ...] = ()  # who expression -> weight of each seat it gives (default 1)
    secret: bool = False
    transfer: Transfer = Transfer()
    extend: Extend = Extend()
    add: tuple[str, ...] = ADD_PLACES
    send_back: tuple[str, ...] = SEND_BACK_WORDS
    resume: tuple[str, ...] = RESUMES
    on_reject: str = ""  # "initiator" | "previous" | node id; used when no edge is named reject
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
    terminate: tuple[str, ...] = ("initiator",)  # who may, while nobody has acted (administrators always may)
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
