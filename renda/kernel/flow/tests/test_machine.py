"""The machine: the clock over all congresses, a leaver's work, the command line."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from renda.kernel import clock
from renda.kernel.flow import api as flow
from renda.kernel.flow import machine
from renda.kernel.flow.models import Case, Task
from renda.kernel.flow.tests.cases import FLOW, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


def at_unit(town: Town, title: str) -> Case:
    case = town.start(title)
    town.do("clerk", flow.act, case, "assign")
    return case


def test_the_clock_acts_everywhere_and_a_faulty_case_does_not_stop_it(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = at_unit(town, "好"), at_unit(town, "坏")
    due = town.task(good, "unit").due_at
    assert due is not None
    time_out = flow.time_out

    def break_down(ctx: Any, case: Any) -> Any:
        if case.id == bad.id:
            raise RuntimeError("a faulty case")
        return time_out(ctx, case)

    monkeypatch.setattr(flow, "time_out", break_down)
    with clock.frozen(due + timedelta(minutes=1)):
        assert machine.run_clock() == 2
    assert town.task(good, "unit").overdue
    assert not town.task(bad, "unit").overdue
    assert "a faulty case" in caplog.text


def test_all_work_of_a_leaver_moves_on(town: Town) -> None:
    for title in ("一", "二"):
        case = at_unit(town, title)
        town.do("officer", flow.act, case, "answer")
        town.do("clerk", flow.signal, case, "rated")
    leader, successor = town.people["leader"].id, town.people["second_administrator"].id
    assert machine.hand_over(leader, successor) == 2
    with town.everything():
        assert not Task.objects.filter(assignee_id=leader, state__in=("open", "waiting")).exists()
        assert Task.objects.filter(assignee_id=successor, state="open").count() == 2
    assert machine.hand_over(leader, successor) == 0


def said(*words: str) -> str:
    out = StringIO()
    call_command("flow", *words, stdout=out)
    return out.getvalue()


def test_the_command_checks_files_and_says_how_many_are_faulty(db: None, tmp_path: Path) -> None:
    bad, worse = tmp_path / "bad.toml", tmp_path / "worse.toml"
    bad.write_text(FLOW.replace('to = "rating"', 'to = "ratings"'), encoding="utf-8")
    worse.write_text("key =", encoding="utf-8")
    with pytest.raises(CommandError, match="2 个流程文件有问题"):
        said("check", str(bad), str(worse))
    with pytest.raises(CommandError, match="读不了"):
        said("check", str(tmp_path / "none.toml"))
    assert "message.toml：没有问题" in said("check")


def test_the_command_publishes_and_lists(db: None) -> None:
    assert "没有变化" in said("publish")
    assert "message\t群众留言办理\t系统自带" in said("list")
