"""Changing a fork: small edits of a graph (its JSON form), each giving a new graph and leaving the old one alone.

They keep the text's form (``toml.to_toml``), so that the checker can name the line of what an edit broke.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from renda.kernel.errors import Invalid, Refused
from renda.kernel.flow.definition import parse
from renda.kernel.flow.fields import FlowSyntaxError
from renda.kernel.flow.shapes import Definition, Node
from renda.kernel.flow.toml import to_toml

Graph = Mapping[str, Any]
# What the form may change at a step; an empty value takes the key out.
CHANGEABLE = ("title", "who", "mode", "deadline", "on_empty", "on_timeout", "same_person")


def read(text: str) -> Definition:
    """A fork from the text somebody typed.

    Raises:
        Invalid: it is no flow; the sentence names the lines.
    """
    try:
        return parse(text)
    except FlowSyntaxError as error:
        raise Invalid(fields={"text": str(error)}) from error


def change_step(graph: Graph, node_id: str, values: Mapping[str, Any]) -> Definition:
    """Other words, people or time for one step.

    Raises:
        NotFound: no such step.  Invalid: a value that no flow has.
    """
    changed = _copy(graph)
    node = _node(changed, node_id)
    for key, value in values.items():
        if key not in CHANGEABLE:
            raise Invalid(fields={key: "这一项不能在这里修改。"})
        if value in ("", [], None):
            node.pop(key, None)
        else:
            node[key] = value
    return _read_again(changed)


def add_step(graph: Graph, edge: int, values: Mapping[str, Any]) -> Definition:
    """A new step on an edge (its number in the file, from 0): A → B becomes A → new → B.

    Raises:
        Invalid: no such edge, an id that is taken, or a value that no flow has.
    """
    changed = _copy(graph)
    edges: list[dict[str, Any]] = changed.setdefault("edge", [])
    if not 0 <= edge < len(edges):
        raise Invalid(fields={"edge": "请选择在哪里加一步。"})
    node_id = str(values.get("id") or _new_id(changed))
    node = {"id": node_id, "kind": "task", **{key: values[key] for key in CHANGEABLE if values.get(key)}}
    source = edges[edge]["from"]
    nodes: list[dict[str, Any]] = changed["node"]
    after = next((at for at, one in enumerate(nodes, 1) if one["id"] == source), 0)
    nodes.insert(after, node)
    edges.insert(edge + 1, {"from": node_id, "to": edges[edge]["to"]})
    edges[edge]["to"] = node_id
    if node.get("mode") in ("all", "sequence", "ratio"):
        node["on_reject"] = "previous"
    return _read_again(changed)


def remove_step(graph: Graph, node_id: str) -> Definition:
    """Take a step out: what led to it leads to what followed it.

    Raises:
        Refused: more than one way leads out, so that nobody can know which one is meant.
    """
    changed = _copy(graph)
    node = _node(changed, node_id)
    out = [edge for edge in changed["edge"] if edge["from"] == node_id]
    targets = {edge["to"] for edge in out} - {node_id}
    if node.get("kind", "task") not in ("task", "circulate") or len(targets) != 1:
        raise Refused("flow.cannot_remove", "这一步之后有多条去向，不能直接删去，请改用文本方式修改。")
    target = targets.pop()
    changed["edge"] = [edge for edge in changed["edge"] if edge["from"] != node_id]
    for edge in changed["edge"]:
        if edge["to"] == node_id:
            edge["to"] = target
    changed["node"].remove(node)
    return _read_again(changed)


def lines_of(definition: Definition) -> Sequence[tuple[int, str]]:
    """The text of a fork with line numbers from 1, as the checker counts them."""
    return list(enumerate(to_toml(definition.source).splitlines(), 1))


def removable(definition: Definition, node: Node) -> bool:
    """Whether ``remove_step`` would take this step out."""
    targets = {edge.to for edge in definition.out(node.id)} - {node.id}
    return node.kind in ("task", "circulate") and len(targets) == 1


def _copy(graph: Graph) -> dict[str, Any]:
    return copy.deepcopy({key: value for key, value in graph.items() if key != "lines"})


def _node(graph: dict[str, Any], node_id: str) -> dict[str, Any]:
    for node in graph.get("node", ()):
        if node.get("id") == node_id:
            found: dict[str, Any] = node
            return found
    raise Invalid(fields={"node": f"流程里没有环节“{node_id}”。"})


def _new_id(graph: dict[str, Any]) -> str:
    taken = {node.get("id") for node in graph.get("node", ())}
    return next(name for number in range(1, len(taken) + 2) if (name := f"step_{number}") not in taken)


def _read_again(graph: Graph) -> Definition:
    return read(to_toml(graph))
