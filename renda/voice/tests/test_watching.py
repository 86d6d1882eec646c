"""Words to look out for: found however they are written; the message comes in as usual and waits for a person."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, selectors
from renda.voice.actions import watching as keeping
from renda.voice.models import Hold, Message, Stage, WatchWord
from renda.voice.tables import inner_state
from renda.voice.tests.conftest import Story
from renda.voice.watching import Finder, fold, marked

ADMIN = "county_business_administrator"
HELD = "有人准备聚 众 堵 路，请尽快处理。"


def add(story: Story, *words: str, role: str = ADMIN) -> int:
    tenant = story.cast.tenant("county")
    added: int = actions.watch_add(story.cast.actor(role), tenant_id=tenant, words=[(word, "") for word in words])
    return added


def holds(story: Story, message: Message) -> list[str]:
    with tenant_transaction(story.cast.tenants, durable=False):
        found = Hold.objects.filter(message_id=message.pk).first()
        return [] if found is None else list(found.words)


def client(story: Story, role: str) -> Client:
    found = Client()
    found.force_login(story.cast.people[role])
    if role == ADMIN:
        # Whoever keeps lists has given the second factor.
        session = found.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
    return found


@pytest.mark.parametrize(
    "text",
    ["他们要聚众堵路。", "聚 众 堵 路", "聚\u200b众\u200b堵路", "聚*众-堵.路", "聚众堵\u3000路", "要聚众【堵】路"],
)
def test_a_word_is_found_however_it_is_written(text: str) -> None:
    assert [word for *_, word in Finder([(fold("聚众堵路")[0], "聚众堵路")]).spans(text)] == ["聚众堵路"]


@pytest.mark.parametrize("text", ["ＰＯＳ机套现", "p o s 机 套 现", "Pos机套现"])
def test_width_and_case_do_not_count(text: str) -> None:
    assert Finder([(fold("POS机套现")[0], "POS机套现")]).spans(text)


@pytest.mark.parametrize("text", ["群众聚。众堵路", "聚众，堵路", "聚集群众疏堵道路", ""])
def test_a_word_does_not_reach_over_a_stop(text: str) -> None:
    assert Finder([(fold("聚众堵路")[0], "聚众堵路")]).spans(text) == []


def test_the_word_is_marked_and_the_rest_escaped() -> None:
    text = marked("<b>聚 众堵路</b>吗？聚众堵路", ["聚众堵路"])
    assert text == (
        '&lt;b&gt;<mark class="watched">聚 众堵路</mark>&lt;/b&gt;吗？<mark class="watched">聚众堵路</mark>'
    )


def test_it_comes_in_as_usual_and_waits_for_a_person(story: Story) -> None:
    add(story, "聚众堵路")
    message = story.submitted(body=HELD)
    assert (message.stage, holds(story, message)) == (Stage.VET, ["聚众堵路"])
    assert message.receipt_number
    assert message.body == HELD, "nothing is deleted"
    vetter = story.cast.actor("presidium_vetter")
    with pytest.raises(Invalid) as refused:
        actions.message_accept(vetter, message.id)
    assert "is_reviewed" in refused.value.fields
    assert story.fresh(message).stage == Stage.VET
    actions.message_accept(vetter, message.id, is_reviewed=True)
    assert story.fresh(message).stage == Stage.DEPUTY
    with tenant_transaction(story.cast.tenants, durable=False):
        hold = Hold.objects.get(message_id=message.pk)
        assert (hold.decided_by_id, hold.decided_at is not None) == (vetter.party_id, True)


def test_the_right_door_decides_too(story: Story) -> None:
    add(story, "聚众堵路")
    message = story.submitted(body=HELD)
    story.tell("presidium_vetter", "redirect", message, door="emergency", reason="请立即拨打 110。")
    with tenant_transaction(story.cast.tenants, durable=False):
        assert Hold.objects.get(message_id=message.pk).decided_at is not None


def test_vetters_see_why_and_others_do_not(story: Story) -> None:
    add(story, "聚众堵路")
    message = story.submitted(body=HELD)
    page = client(story, "presidium_vetter").get(reverse("voice:message.page", args=[message.pk])).content.decode()
    assert '<mark class="watched">聚 众 堵 路</mark>' in page
    assert "已核对原文中的留意词" in page
    bench = client(story, "presidium_vetter").get(reverse("voice:bench")).content.decode()
    assert "1 件留言含有留意词" in bench
    assert "待核对留意词" in bench
    listed = client(story, "presidium_vetter").get(reverse("voice:message.list"), {"held": "waiting"}).content.decode()
    assert "待核对留意词" in listed
    address = reverse("voice:message.accept", args=[message.pk])
    assert client(story, "presidium_vetter").post(address, {"category": ""}).status_code == 422
    assert client(story, "presidium_vetter").post(address, {"category": "", "is_reviewed": "on"}).status_code == 303
    after = client(story, "deputy").get(reverse("voice:message.page", args=[message.pk])).content.decode()
    assert "留意词" not in after
    assert "<mark" not in after
    assert inner_state(story.fresh(message)).word == Stage.DEPUTY.label


def test_a_change_marks_only_what_comes_later(story: Story) -> None:
    before = story.submitted(body=HELD)
    add(story, "聚众堵路")
    later = story.submitted(body=HELD)
    assert (holds(story, before), holds(story, later)) == ([], ["聚众堵路"])
    with tenant_transaction(story.cast.tenants, durable=False):
        word = WatchWord.objects.get()
    actions.watch_remove(story.cast.actor(ADMIN), word.pk)
    assert holds(story, story.submitted(body=HELD)) == []
    assert holds(story, later) == ["聚众堵路"], "what was marked is looked at"


def test_one_list_does_not_reach_the_neighbours(story: Story) -> None:
    """The county's words hold for its townships; another county's do not."""
    other = story.cast.tenant("far_county") if "far_county" in story.cast.congresses else None
    WatchWord.objects.create(
        tenant_id=other or story.cast.tenant("other_township"),
        word="早餐店",
        folded=fold("早餐店")[0],
        added_at=story.submitted().submitted_at,
    )
    assert holds(story, story.submitted()) == []


@pytest.mark.parametrize("word", ["众", "长" * 41, "聚众。堵路", "……"])
def test_what_would_hold_everything_is_no_word(story: Story, word: str) -> None:
    with pytest.raises(Invalid):
        add(story, word)


def test_the_list_has_an_end_and_a_keeper(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert add(story, "聚众堵路", "Ｐos机", "POS 机") == 2, "two spellings are one word"
    assert add(story, "聚众堵路") == 0
    monkeypatch.setattr(keeping, "MOST", 2)
    with pytest.raises(Refused):
        add(story, "第三个")
    with pytest.raises(Forbidden):
        add(story, "第三个", role="presidium_vetter")
    with pytest.raises(Forbidden):
        actions.watch_add(story.cast.actor(ADMIN), tenant_id=story.cast.tenant("township"), words=[("第三个", "")])
    with pytest.raises(NotFound):
        actions.watch_remove(story.cast.actor("presidium_vetter"), WatchWord.objects.first().pk)  # type: ignore[union-attr]
    assert list(selectors.watch_words_for(story.cast.actor("presidium_vetter"))) == []


def test_pasted_imported_exported_and_removed(story: Story) -> None:
    mine, address = client(story, ADMIN), reverse("voice:watch.add")
    tenant = str(story.cast.tenant("county"))
    file = SimpleUploadedFile("词表.csv", "词,说明\n非法集资,金融办\n".encode("gb18030"))
    given = {"tenant_id": tenant, "words": "聚众堵路，公安\n\n堵桥", "file": file}
    assert mine.post(address, given).status_code == 303
    told = dict(WatchWord.objects.values_list("word", "note"))
    assert told == {"聚众堵路": "公安", "堵桥": "", "非法集资": "金融办"}
    page = mine.get(address).content.decode()
    assert "只对以后收到的留言起作用" in page
    assert "非法集资" in page
    answer: Any = mine.get(address, {"export": "csv"})
    exported = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "非法集资,金融办" in exported
    again = {"tenant_id": tenant, "words": "", "file": SimpleUploadedFile("词表.csv", exported.encode())}
    assert mine.post(address, again).status_code == 303
    assert WatchWord.objects.count() == 3
    keys = list(WatchWord.objects.filter(word__startswith="堵").values_list("pk", flat=True))
    assert mine.post(reverse("voice:watch.remove"), {"row": keys}).status_code == 303
    assert WatchWord.objects.count() == 2
    assert mine.post(address, {"tenant_id": tenant, "words": "众"}).status_code == 422
    assert client(story, "presidium_vetter").get(address).status_code == 403


def test_five_thousand_words_cost_a_message_little() -> None:
    """Measured: some milliseconds to read a message of full length, whatever the list."""
    finder = Finder([(fold(word)[0], word) for word in (f"留意{number:04d}号词" for number in range(5000))])
    text = "花园社区的路灯坏了三周，夜里看不见路，老人出门不便。" * 190
    began = time.perf_counter()
    assert finder.spans(f"{text}留意 4321 号词")
    assert len(text) < 5000
    assert time.perf_counter() - began < 0.25
