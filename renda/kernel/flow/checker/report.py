"""What the parts of the checker share: the flow, its subject, and the list of problems."""

from __future__ import annotations

from collections.abc import Iterable

from renda.kernel.flow.conditions import suggestion
from renda.kernel.flow.fields import Problem
from renda.kernel.flow.shapes import Definition, Edge, Node
from renda.kernel.flow.subjects import COMMON_ACTIONS, SubjectType


class Report:
    """Problems are added with ``say``; the rest are the lookups that more than one part needs."""

    def __init__(self, definition: Definition, subject: SubjectType | None) -> None:
        self.definition = definition
        self.subject = subject
        self.problems: list[Problem] = []

    def say(self, where: Node | Edge | None, message: str) -> None:
        """Note a problem at a node, at an edge (under the node it leaves), or of the whole flow."""
        match where:
            case Node():
                self.problems.append(Problem(where.line, where.id, message))
            case Edge():
                self.problems.append(Problem(where.line, where.source, message))
            case None:
                self.problems.append(Problem(0, "", message))

    def need_known(self, where: Node | Edge | None, what: str, name: str, known: Iterable[str]) -> bool:
        """Note a name that is not among the known ones, with the nearest of them; gives whether it is."""
        choices = set(known)
        if name not in choices:
            self.say(where, f"没有{what}“{name}”{suggestion(name, choices) or '。'}")
        return name in choices

    @property
    def actions(self) -> set[str]:
        """The actions a node may allow, besides the engine's own moves."""
        return {*COMMON_ACTIONS, *(self.subject.actions if self.subject else ())}

    def timeout_edges(self, node: Node) -> set[str]:
        """Names (or targets) of the edges that a timeout takes."""
        return {word.removeprefix("go:") for word in node.on_timeout if word.startswith("go:")}
