"""The lived-in city: every place of the flow has something to do, once, and whatever interrupts the building."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from renda.congress.api import Congress
from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.flow.api import to_do
from renda.kernel.flow.machine import due_cases, pass_time
from renda.kernel.tenancy import tenant_transaction
from renda.voice.demo import build
from renda.voice.demo.player import Player
from renda.voice.models import Assignment, Decision, Message, Rating, Stage, Verdict
from renda.voice.tests.conftest import Story

POSES = 37


@pytest.fixture
def fill(story: Story) -> Callable[[], list[str]]:
    Congress.objects.update(is_demo=True)

    def run() -> list[str]:
        said: list[str] = []
        build(said.append, messages=12, townships=1)
        return said

    return run


def state(story: Story) -> list[Any]:
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        rows = Message.objects.order_by("submitted_at", "subject", "body")
        return [*rows.values_list("subject", "stage"), AuditEntry.objects.count()]


def test_every_place_of_the_flow_is_lived_in_once(story: Story, fill: Callable[[], list[str]]) -> None:
    fill()
    before = state(story)
    assert fill() == ["演示留言已经生成。"]
    assert state(story) == before
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        assert Message.objects.count() == Message.objects.filter(is_demo=True).count() == POSES + 12
        assert set(Message.objects.values_list("stage", flat=True)) >= set(Stage.values) - {"redirected", "terminated"}
        late = Message.objects.filter(stage=Stage.UNIT, due_at__lt=clock.now())
        assert late.count() >= 4
        assert set(Rating.objects.exclude(verdict="").values_list("verdict", flat=True)) == set(Verdict.values)
        assert Assignment.objects.filter(role="joint").exists()
        assert Assignment.objects.exclude(ruling="").exists()
        assert Decision.objects.exists()
        assert not AuditEntry.objects.filter(outcome="refused").exists()
        assert not due_cases(clock.now())


@pytest.mark.parametrize("steps", [1, 7])
def test_an_interrupted_building_goes_on(
    story: Story, fill: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    left = [steps]

    def sweep(self: Player, verb: str, ready: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        whole(self, verb, ready)

    whole = Player._sweep
    with monkeypatch.context() as patch:
        patch.setattr(Player, "_sweep", sweep)
        with pytest.raises(KeyboardInterrupt):
            fill()
    fill()
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        assert Message.objects.count() == POSES + 12
        assert set(Message.objects.values_list("stage", flat=True)) >= set(Stage.values) - {"redirected", "terminated"}
        assert not AuditEntry.objects.filter(outcome="refused").exists()
    assert fill() == ["演示留言已经生成。"]


def waiting(story: Story, role: str) -> int:
    actor = story.cast.actor(role)
    with tenant_transaction(actor.tenants, durable=False):
        return to_do(actor).count()


def test_the_printed_roles_have_something_to_do(story: Story, fill: Callable[[], list[str]]) -> None:
    fill()
    at_work = ("deputy", "station_manager", "presidium_vetter", "presidium_assigner", "township_officer")
    idle = [role for role in (*at_work, "county_assigner") if not waiting(story, role)]
    assert idle == []


def test_a_deputys_bench_is_filled_again_on_a_later_day(story: Story, fill: Callable[[], list[str]]) -> None:
    fill()
    with clock.frozen(clock.now() + timedelta(days=3)):
        with tenant_transaction({0, *story.cast.tenants}, durable=False):
            due = due_cases(clock.now())
        pass_time(dict.fromkeys(due, clock.now()))
        assert waiting(story, "deputy") == 0
        assert fill() == ["演示留言已经生成。", "演示代表的待办已经办空，新添了几件。"]
        assert waiting(story, "deputy") == 3
        assert fill() == ["演示留言已经生成。"]


def test_a_real_site_gets_nothing(story: Story) -> None:
    said: list[str] = []
    build(said.append)
    assert not said
    assert counted(story) == 0


def counted(story: Story) -> int:
    with tenant_transaction(story.cast.tenants, durable=False):
        return int(Message.objects.count())
