"""The documents of messages are made anew from the messages, by pieces, and what is sealed stays out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from renda.kernel.search import api, subjects
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import Story

pytestmark = pytest.mark.django_db(transaction=True)


def found(story: Story, query: str) -> set[int]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return set(api.search_ids("voice.Message", query))


def lose(story: Story, *messages: Message) -> None:
    with tenant_transaction(story.cast.tenants, durable=False):
        api.remove_many(("voice.Message", message.pk) for message in messages)


def test_lost_documents_are_made_anew_and_sealed_messages_stay_out(story: Story, settings: Any, tmp_path: Path) -> None:
    settings.RENDA_DATA_DIR = tmp_path
    first, second = story.submitted(), story.submitted(body="东门桥头的路灯坏了三天", place_text="东门桥")
    sealed = story.tell(
        "presidium_vetter",
        "redirect",
        story.submitted(body="举报早餐店老板"),
        door="accusation",
        reason="请拨打 12388。",
    )
    lose(story, first, second)
    with tenant_transaction(story.cast.tenants, durable=False):
        api.put_many([api.Document("voice.Message", sealed.pk, sealed.tenant_id, "举报早餐店")])
    assert (found(story, "早餐店"), found(story, "东门桥 路灯")) == ({sealed.pk}, set())
    call_command("search", "reindex")
    assert (found(story, "早餐店"), found(story, "东门桥 路灯")) == ({first.pk}, {second.pk})


def test_an_interrupted_reindexing_goes_on_where_it_was(
    story: Story, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    settings.RENDA_DATA_DIR = tmp_path
    messages = sorted((story.submitted(body=f"第{number}盏路灯不亮") for number in range(3)), key=lambda one: one.pk)
    lose(story, *messages)
    whole = subjects.reindex

    def one_then_stop(kind: str, after: int = 0) -> tuple[int, int]:
        if after:
            raise KeyboardInterrupt
        return whole(kind, after, most=1)

    monkeypatch.setattr(subjects, "reindex", one_then_stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("search", "reindex")
    assert found(story, "路灯") == {messages[0].pk}
    lose(story, messages[0])
    monkeypatch.setattr(subjects, "reindex", whole)
    call_command("search", "reindex")
    assert "接着上次，2 件" in capsys.readouterr().out
    # What was done before the interruption is not done again, unless asked for.
    assert found(story, "路灯") == {message.pk for message in messages[1:]}
    call_command("search", "reindex", "--restart")
    assert found(story, "路灯") == {message.pk for message in messages}
    assert not (tmp_path / "reindex.json").exists()
