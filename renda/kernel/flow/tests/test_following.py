"""Whose subjects are told where their case stands: the mover's, and the caller's when a child moves it."""

from __future__ import annotations

from typing import Any

import pytest

from renda.kernel import clock
from renda.kernel.actions.api import Context, existing
from renda.kernel.actions.gate import ACTIONS
from renda.kernel.errors import Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow import following, library
from renda.kernel.flow.definition import parse
from renda.kernel.flow.following import Standing
from renda.kernel.flow.models import Case, CaseEvent, FlowDefinition
from renda.kernel.flow.tests.cases import Town
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party

pytestmark = pytest.mark.django_db

CALLER = """
key = "letter"
title = "来信办理"
[[node]]
id = "office"
title = "交办"
who = "test:office"
mode = "any"
actions = ["assign"]
[[node]]
id = "inquiry"
kind = "call"
call = { flow = "inquiry", subject = "field:tenant" }
[[node]]
id = "sign"
title = "签发"
who = "test:leaders"
mode = "any"
actions = ["approve"]
[[node]]
id = "over"
kind = "end"
outcome = "concluded"
[[edge]]
from = "office"
on = "assign"
to = "inquiry"
[[edge]]
from = "inquiry"
on = "known"
to = "sign"
[[edge]]
from = "inquiry"
on = "terminated"
to = "office"
[[edge]]
from = "sign"
to = "over"
"""
CHILD = """
key = "inquiry"
title = "了解情况"
[[node]]
id = "ask"
title = "了解"
who = "test:unit"
mode = "any"
actions = ["receive", "answer"]
[[node]]
id = "over"
kind = "end"
outcome = "known"
[[edge]]
from = "ask"
on = "answer"
to = "over"
"""

Told = list[tuple[str, tuple[str, ...], str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What followers of the caller's and of the child's subject hear: label, nodes, state."""
    heard: Told = []

    def follower(_: Context, subject: Any, standing: Standing) -> None:
        heard.append((subject._meta.label, standing.nodes, standing.state))

    for label in ("kernel_parties.Party", "kernel_tenancy.Tenant"):
        monkeypatch.setitem(following._followers, label, follower)
    return heard


def test_a_child_that_starts_or_ends_is_told_on_both_sides(told: Told) -> None:
    town = Town(flow_text=CALLER)
    child = parse(CHILD)
    FlowDefinition.objects.create(
        key=child.key, version=1, title=child.title, graph=dict(child.source), published_at=clock.now()
    )
    library.forget()
    case = town.start()
    assert told == [("kernel_parties.Party", ("office",), "running")]
    told.clear()
    town.do("clerk", flow.act, case, "assign")
    assert told == [("kernel_parties.Party", ("inquiry",), "running"), ("kernel_tenancy.Tenant", ("ask",), "running")]
    told.clear()
    with town.everything():
        below = Case.objects.get(parent=case)
    town.do("officer", flow.act, below, "receive")
    # Nothing has moved in the caller.
    assert told == [("kernel_tenancy.Tenant", ("ask",), "running")]
    told.clear()
    town.do("officer", flow.act, below, "answer")
    assert told == [("kernel_tenancy.Tenant", (), "ended"), ("kernel_parties.Party", ("sign",), "running")]


def test_a_refused_item_leaves_nothing_in_the_tree_for_the_next_of_its_case() -> None:
    """The first item's move succeeds in memory and is then refused: the second finds the case as it is stored."""
    town = Town()
    subject = town.start().subject_id

    def cases(actor: Actor) -> Any:
        return Case.objects.filter(subject_id=subject)

    def work(ctx: Context, case: Case, *, action: str, refuse: bool) -> str:
        flow.act(ctx, case, action)
        if refuse:
            raise Refused("test.refused", "不行。")
        return action

    try:
        press = existing("test.press", title="试", select=cases, case_field="id")(work)
        with town.everything():
            case = Case.objects.get(subject_id=subject)
        clerk = town.actor("clerk")
        first, second = press.many(
            clerk,
            [(case.id, {"action": "assign", "refuse": True}), (case.id, {"action": "assign", "refuse": False})],
            skip_refused=True,
        )
    finally:
        ACTIONS.pop("test.press", None)
    assert isinstance(first, Refused)
    assert second == "assign"
    with town.everything():
        assert [event.action for event in CaseEvent.objects.filter(case=case, move="act")] == ["assign"]
        assert Party.objects.get(id=town.task(case, "unit").assignee_id) == town.posts["unit"]
