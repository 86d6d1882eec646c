"""Random well-formed flows, and random people to press their buttons."""

from __future__ import annotations

import random
from typing import Any

from renda.kernel.flow.engine.world import World
from renda.kernel.flow.tests.world import ADMIN, BOSS, POSTS, SUPERVISOR, FakeWorld

PEOPLE = range(1, 9)
GROUPS = "abcdef"
ACTIONS = ["send_back", "transfer", "consult", "add_assignee", "copy_to", "circulate", "extend"]


class FlowMaker:
    """Builds a flow as a nesting of sequences, choices and parallel blocks; every block has one way in and out."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []

    def make(self) -> dict[str, Any]:
        """The flow's JSON form."""
        end = self.node("end", outcome="done")
        first = self.node("start", actions=["submit"])
        body, last = self.sequence(2)
        self.edge(first, body, on="submit")
        self.join_on(last, end)
        dice = self.dice
        reopenable = [n["id"] for n in self.nodes if n["kind"] == "task" and not n.get("deep")]
        for node in self.nodes:
            node.pop("deep", None)
        return {
            "key": "random",
            "title": "随机",
            "subject": "test.Subject",
            "administrator": "who:admin",
            "suspend": ["who:supervisor"],
            "oversee": {"who": ["who:supervisor"], "deadline": "5 days"},
            "urge": {"who": ["initiator"], "hours": 8},
            "reopen": {"who": ["initiator"], "to": dice.sample(reopenable, min(2, len(reopenable)))},
            "node": self.nodes,
            "edge": self.edges,
        }

    def node(self, kind: str, **values: Any) -> str:
        name = f"{kind[0]}{len(self.nodes)}"
        self.nodes.append({"id": name, "title": name, "kind": kind, **values})
        return name

    def edge(self, source: str, to: str, **values: Any) -> None:
        self.edges.append({"from": source, "to": to, **values})

    def sequence(self, depth: int, deep: bool = False) -> tuple[str, list[tuple[str, str]]]:
        """Some blocks in a row: its first node and the loose ends (node, outcome) behind it."""
        first, ends = self.block(depth, deep)
        for _ in range(self.dice.randint(0, 2)):
            following, new_ends = self.block(depth, deep)
            self.join_on(ends, following)
            ends = new_ends
        return first, ends

    def join_on(self, ends: list[tuple[str, str]], to: str) -> None:
        for node, outcome in ends:
            self.edge(node, to, on=outcome)

    def block(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        kinds = ["task"] * 8 + ["circulate", "wait", "call"] + (["choice", "parallel", "parallel"] if depth else [])
        kind = self.dice.choice(kinds)
        made: tuple[str, list[tuple[str, str]]] = getattr(self, f"_{kind}")(depth, deep)
        return made

    def _task(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        dice = self.dice
        mode = dice.choice(["single", "any", "all", "all", "sequence", "ratio"])
        voting = mode not in ("single", "any")
        own = ["approve", "reject"] if voting else ["answer", "note"]
        node: dict[str, Any] = {
            "mode": mode,
            "who": dice.sample([f"who:{g}" for g in GROUPS] + ["field:people", "initiator"], dice.randint(1, 2)),
            "actions": own + dice.sample(ACTIONS, dice.randint(0, len(ACTIONS))),
            "on_empty": dice.choice(["", "skip", "superior", "administrator"]),
            "extend": {"who": ["who:supervisor"], "times": 1},
            "fields": {"write": ["level"]},
            "resume": dice.choice([["walk"], ["straight"], ["walk", "straight"]]),
            "final": dice.choice([[], [], ["answer"]]),
            "secret": voting and dice.random() < 0.2,
            "deep": deep,
        }
        if dice.random() < 0.2:
            node["same_person"] = "skip"
        if dice.random() < 0.5:
            node["deadline"] = {"within": f"{dice.randint(1, 4)} days", "again": dice.choice(["restart", "remaining"])}
            node["on_timeout"] = dice.choice(
                [[], ["remind"], ["escalate"], ["escalate:transfer"], ["remind", "go:out"]]
            )
        if mode == "all":
            node["veto"] = dice.choice(["at_once", "at_end"])
        if mode == "ratio":
            node["threshold"] = dice.choice(["1/2", "2/3", "1"])
            node["weights"] = {"who:a": 2}
        default = "approve" if voting else "answer"
        ends = [("", default)]
        if voting:
            if dice.random() < 0.6:
                node["on_reject"] = dice.choice(["initiator", "previous"])
            else:
                ends.append(("", "reject"))
        if "go:out" in node.get("on_timeout", ()):
            ends.append(("", "out"))
        if node.get("same_person") and not voting:
            ends.append(("", "approve"))
        name = self.node("task", **node)
        return name, [(name, outcome) for _, outcome in ends]

    def _circulate(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        who = [f"who:{self.dice.choice(GROUPS)}"]
        order = self.dice.choice(["parallel", "in_turn"])
        name = self.node("circulate", who=who, order=order, wait_readers=self.dice.random() < 0.5)
        return name, [(name, "approve")]

    def _wait(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        until: dict[str, Any] = {"event": "rated", "or_after": f"{self.dice.randint(1, 3)} days"}
        if self.dice.random() < 0.3:
            until["when"] = "level > 3"
        name = self.node("wait", until=until)
        return name, [(name, "event"), (name, "timeout")]

    def _call(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        name = self.node("call", call={"flow": "child", "wait": self.dice.random() < 0.7})
        return name, [(name, "approve"), (name, "terminated")]

    def _choice(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        name = self.node("choice")
        one, ends = self.sequence(depth - 1, deep)
        two, more = self.sequence(depth - 1, deep)
        self.edge(name, one, when="level > 2")
        self.edge(name, two, otherwise=True)
        return name, ends + more

    def _parallel(self, depth: int, deep: bool) -> tuple[str, list[tuple[str, str]]]:
        fork = self.node("parallel")
        join = self.node("join")
        self.nodes[int(fork[1:])]["join"] = join
        for _ in range(self.dice.randint(2, 3)):
            first, ends = self.sequence(depth - 1, True)
            self.edge(fork, first)
            self.join_on(ends, join)
        return fork, [(join, "approve")]


CHILD = """
key = "child"
title = "子流程"
subject = "test.Subject"
administrator = "who:admin"
terminate = ["who:a"]
[[node]]
id = "work"
kind = "task"
mode = "any"
who = "who:a"
actions = ["answer", "transfer"]
on_empty = "administrator"
[[node]]
id = "over"
kind = "end"
outcome = "approve"
[[edge]]
from = "work"
on = "answer"
to = "over"
"""


def random_world(dice: random.Random) -> FakeWorld:
    """People in groups and posts, some vacant, some delegating, some with a superior."""
    world = FakeWorld()
    for post in list(POSTS)[:4]:
        world.holders[post] = set(dice.sample(list(PEOPLE), dice.randint(0, 3)))
    parties = [*PEOPLE, *list(POSTS)[:4]]
    for group in GROUPS:
        world.named[group] = dice.sample(parties, dice.randint(0, 4))
    world.bosses = {party: [BOSS] for party in parties if dice.random() < 0.5}
    world.tenants = {party: dice.choice([1, 1, 2, 3]) for party in parties}
    for person in dice.sample(list(PEOPLE), 2):
        world.delegations[person] = dice.sample(list(PEOPLE), 1)
    world.publish(CHILD)
    return world


def everybody(world: World) -> list[int | None]:
    """All who may press, the machine (None) among them; who has left the house cannot sign in."""
    assert isinstance(world, FakeWorld)
    return [*(one for one in PEOPLE if one not in world.inactive), ADMIN, ADMIN + 1, SUPERVISOR, BOSS, None]
