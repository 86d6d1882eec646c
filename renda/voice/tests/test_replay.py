"""Replaying history: the stored rows give the plain figures, in both forms, once, and whatever interrupts it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from renda.congress.api import DutyFact
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden
from renda.kernel.events.models import Event
from renda.kernel.flow import turns
from renda.kernel.flow.models import CaseEvent
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.figures import COLUMNS, figures, read_messages
from renda.voice.models import Channel, Message, Stage
from renda.voice.replay_people import People, congress_named
from renda.voice.replaying import Replay, items_of, stored_figures
from renda.voice.tests.conftest import TEXT, Story

TOPICS = ("小区电梯停运", "村口道路坑洼", "学校门口堵车", "污水直排河沟", "医保报销排队", "路灯不亮")


def history(path: Path, *, start: int = 0, number: int = 14, unanswered: int = 1) -> Path:
    """Messages of many years; delays about the 7th and 15th working day, some over long holidays."""
    rng = Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for index in range(number):
            made = datetime(2011 + index % 9, 1 + (index * 5) % 12, 1 + (index * 7) % 28, 8 + index % 12, index % 60)  # noqa: DTZ001 - local, as in the file
            reply_at = made + timedelta(days=(0, 9, 11, 14, 21, 23, 30, 200)[index % 8], minutes=rng.randrange(1, 60))
            reply = ("", "") if index < unanswered else (f"已办理第{index}件。", str(reply_at))
            topic = TOPICS[index % len(TOPICS)]
            rows.writerow((start + index, f"U{index}", made, topic, f"{topic}，请尽快处理。", *reply))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return history(tmp_path / "history.csv")


def replay(story: Story, path: Path, *, single: bool = False) -> Replay:
    congress = story.cast.congresses["county"]
    made = Replay(People.of(congress), items_of(read_messages(path), congress.tenant_id))
    if single:
        made.run_singly()
    else:
        made.run()
    return made


def rows_of(story: Story, made: Replay) -> list[Any]:
    """What a replay has left, but for the numbers that count on."""
    with tenant_transaction(story.cast.tenants, durable=False):
        stored = Message.objects.in_bulk([item.row.id for item in made.items])
        events = CaseEvent.objects.filter(case__in=[row.case_id for row in stored.values()]).order_by("case", "seq")
        trails: dict[int, list[Any]] = {}
        for event in events:
            trails.setdefault(event.case_id, []).append(
                (event.move, event.action, event.node, event.actor_name, event.at)
            )
        fields = ("stage", "channel", "lead_unit_id", "deputy_id", "submitted_at", "assigned_at", "answered_at")
        return [
            (*(getattr(row, field) for field in fields), row.concluded_at, row.due_at, tuple(trails[row.case_id or 0]))
            for row in (stored[item.row.id] for item in made.items)
        ]


def counts(story: Story) -> tuple[int, int, int]:
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        return Message.objects.count(), CaseEvent.objects.count(), AuditEntry.objects.count()


def test_both_forms_leave_the_same_rows_and_the_plain_figures(story: Story, file: Path, tmp_path: Path) -> None:
    in_sets = replay(story, file)
    singly = replay(story, history(tmp_path / "again.csv", start=1000), single=True)
    expected = figures(read_messages(file))
    tenant = story.cast.tenant("county")
    assert stored_figures(in_sets.items, tenant) == stored_figures(singly.items, tenant) == expected
    assert 0 < expected.overdue_15 < expected.overdue_7 < expected.answered < expected.messages
    assert rows_of(story, in_sets) == rows_of(story, singly)


def test_history_is_marked_and_runs_to_its_end(story: Story, file: Path) -> None:
    made = replay(story, file)
    rows = rows_of(story, made)
    assert {row[1] for row in rows} == {Channel.REPLAY}
    assert sorted({row[0] for row in rows}) == [Stage.CONCLUDED, Stage.UNIT]
    trail = next(row[-1] for row in rows if row[6] and (row[6] - row[5]).days > 100)
    assert [move or action for move, action, *_ in trail][:4] == ["start", "act", "act", "act"]
    assert ("due_soon", "", "unit") in [step[:3] for step in trail]
    assert [step[2] for step in trail][-3:] == ["deliver", "deliver", "rating"]
    assert all(before[4] <= after[4] for before, after in pairwise(trail))


def test_the_years_own_numbers(story: Story, file: Path) -> None:
    made = replay(story, file)
    with tenant_transaction(story.cast.tenants, durable=False):
        for row in Message.objects.filter(pk__in=[item.row.id for item in made.items]):
            assert row.number.startswith(f"{row.submitted_at:%Y%m}")


def test_nobody_is_told_and_nothing_is_put_to_a_deputys_account(story: Story, file: Path) -> None:
    replay(story, file)
    with tenant_transaction(story.cast.tenants, durable=False):
        assert not Event.objects.exists()
        assert not DutyFact.objects.exists()


@pytest.mark.parametrize("single", [False, True])
def test_a_second_run_adds_nothing(story: Story, file: Path, single: bool) -> None:
    replay(story, file)
    before = counts(story)
    replay(story, file, single=single)
    assert counts(story) == before


@pytest.mark.parametrize("steps", range(6))
def test_a_killed_run_goes_on(story: Story, file: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    left: Iterator[None] = iter([None] * steps)
    with monkeypatch.context() as patch:
        patch.setattr(Replay, "_each", staticmethod(_until_killed(Replay._each, left)))
        patch.setattr(Replay, "_wait", _until_killed(Replay._wait, left))
        with pytest.raises(KeyboardInterrupt):
            replay(story, file)
    made = replay(story, file)
    assert stored_figures(made.items, story.cast.tenant("county")) == figures(read_messages(file))
    assert counts(story)[0] == len(made.items)


def _until_killed(work: Any, left: Iterator[None]) -> Any:
    def step(*args: Any, **given: Any) -> None:
        try:
            next(left)
        except StopIteration:
            raise KeyboardInterrupt from None
        work(*args, **given)

    return step


def test_equal_rows_are_equal_messages_but_not_one(story: Story, tmp_path: Path) -> None:
    path = history(tmp_path / "twice.csv", number=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1]]) + "\n", encoding="utf-8")
    assert len({item.key for item in items_of(read_messages(path), 1)}) == 2


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_one_object_and_the_trail_holds(
    story: Story, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("messages", "replay", str(file), "--congress", "黄州区")
    said = json.loads(capsys.readouterr().out)
    expected = figures(read_messages(file))
    assert said["overdue_7"] == expected.overdue_7
    assert list(said) == ["messages", "answered", "overdue_7", "overdue_15", "median_working_days", "p90_working_days"]
    call_command("audit", "verify")


def test_a_congress_is_replayed_once_at_a_time(
    story: Story, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another process has the congress: the command says so and stores nothing; another congress's turn is free."""
    monkeypatch.setattr(turns, "PATIENCE", 0.0)
    wanted = connection.get_connection_params()
    wanted = {name: wanted[name] for name in ("dbname", "user", "host", "port", "password") if wanted.get(name)}
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [turns.LOCK_SPACE, story.cast.tenant("county")])
        with pytest.raises(CommandError, match="请稍后再运行"):
            call_command("messages", "replay", str(file), "--congress", "黄州区")
        with tenant_transaction(story.cast.tenants, durable=False):
            assert not Message.objects.exists()
    call_command("messages", "replay", str(file), "--congress", "黄州区")
    assert json.loads(capsys.readouterr().out)["messages"] > 0


@pytest.mark.parametrize(("name", "words"), [("麻城市", "没有在岗的"), ("无此县", "没有找到“无此县”的人民代表大会")])
def test_what_is_missing_is_said_in_chinese(story: Story, file: Path, name: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("messages", "replay", str(file), "--congress", name)
    assert counts(story)[0] == 0


def test_without_a_name_it_is_the_highest_congress(story: Story) -> None:
    assert congress_named("") == story.cast.congresses["city"]


def test_history_comes_from_the_machine_only(story: Story) -> None:
    tenant = story.cast.congresses["county"].tenant
    with pytest.raises(Forbidden):
        actions.message_submit(Actor.public([tenant.id]), tenant=tenant, body=TEXT, channel=Channel.REPLAY)
    assert counts(story)[0] == 0
