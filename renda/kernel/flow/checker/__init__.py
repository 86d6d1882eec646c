"""The checker: whether a flow makes sense, said in Chinese to its author, with node and line.

``definition.parse`` has refused what is not even a flow. Three questions are left, a file each: is the graph sound
(``graph``), is each node complete for its kind (``nodes``), do the words in it name things that exist (``words``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from renda.kernel.flow.checker import graph, nodes, words
from renda.kernel.flow.checker.report import Report
from renda.kernel.flow.fields import Problem
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.subjects import SubjectType

__all__ = ["Unresolved", "check"]

Unresolved = Callable[[str], list[str]]
"""From a ``who`` expression to the names of the congresses in which it finds nobody."""


def check(
    definition: Definition,
    subject: SubjectType | None,
    *,
    rules: Collection[str] | None = None,
    unresolved: Unresolved | None = None,
    flows: Mapping[str, Definition] | None = None,
) -> list[Problem]:
    """Everything wrong with a flow, in the order of its lines; [] when it may be published.

    ``subject``: the registered type of ``definition.subject`` (None: the flow has none, or it is not registered).
    ``rules``: known keys of deadline rules; ``flows``: what call nodes may start, by key; None leaves either unasked.
    ``unresolved`` is asked for each ``who`` that does not depend on a case's own fields.
    """
    report = Report(definition, subject)
    if definition.subject and subject is None:
        report.say(None, f"业务对象“{definition.subject}”没有登记。")
    if graph.edges_are_sound(report):
        graph.check(report)
        nodes.check(report, flows)
    words.check(report, rules, unresolved)
    return sorted(dict.fromkeys(report.problems), key=lambda problem: problem.line)
