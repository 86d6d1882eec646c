"""Pasted chats, read letters, drafts: the parts are found, everything can be changed, nothing is lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.files.api import StoredFile, UnreadableError, files_of
from renda.kernel.files.tests import material
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, register_views
from renda.voice.models import Message, MessageDraft
from renda.voice.pasting import draft_of, take_apart
from renda.voice.tests.conftest import Story

CHAT = """张三 2025/11/20 10:23
你好
我是花园社区的，3栋旁边的路灯坏了三周，晚上看不见路。
[图片]
李办事员 2025/11/20 10:25
好的，请留个电话
张三 2025/11/20 10:26
138 0000 1111"""


def test_a_chat_is_taken_apart() -> None:
    parts = take_apart(CHAT)
    assert parts.who == "张三"
    assert parts.when is not None
    assert f"{timezone.localtime(parts.when):%Y-%m-%d %H:%M}" == "2025-11-20 10:23"
    assert parts.phone == "13800001111"
    assert parts.body == "我是花园社区的，3栋旁边的路灯坏了三周，晚上看不见路。"
    assert parts.notes == [
        "文字里有 1 处图片或语音没有带来，请把图片另行粘贴。",
        "略去了李办事员的话，只取说得最多的“张三”。",
    ]


@pytest.mark.parametrize(
    ("text", "who", "body"),
    [
        ("王女士:\n水管爆了。", "王女士", "水管爆了。"),
        ("王女士  10:23\n水管爆了。", "王女士", "水管爆了。"),
        ("2025-11-20 10:23 王女士\n水管爆了。", "王女士", "水管爆了。"),
        ("王女士 昨天 下午 3:20\n水管爆了。", "王女士", "水管爆了。"),
        ("水管爆了。", "", "水管爆了。"),
        ("反映人：赵小兰\n地址：花园社区\n水管爆了。", "赵小兰", "反映人：赵小兰\n地址：花园社区\n水管爆了。"),
        ("尊敬的代表：\n水管爆了。\n此致\n敬礼！", "", "水管爆了。"),
        ("水管爆了。\n我们的要求:\n换水管。", "", "水管爆了。\n我们的要求:\n换水管。"),
    ],
)
def test_many_ways_of_copying(text: str, who: str, body: str) -> None:
    parts = take_apart(text)
    assert (parts.who, parts.body) == (who, body)


@pytest.mark.parametrize("text", ["", "\n\n", "[图片]", ":", "：" * 400, "张三 99/99/9999 99:99\n喂", "a:\n" * 2000])
def test_nothing_that_is_pasted_breaks_it(text: str) -> None:
    take_apart(text)


def test_a_hostile_text_costs_no_time() -> None:
    begun = time.perf_counter()
    take_apart("张" * 20_000 + " " * 20_000 + "\n" + ("1 " * 10_000) + "\n" + "字 " * 10_000)
    assert time.perf_counter() - begun < 1


def test_proposals_are_filled_in(story: Story) -> None:
    with tenant_transaction(story.cast.tenants, durable=False):
        values = draft_of(CHAT, story.cast.tenant("township"))
    assert "花园社区" in values["place_text"]
    assert values["subject"] == "我是花园社区的，3栋旁边的路灯坏了三周，晚上看不见路"
    assert values["category"]
    assert values["unit"]


def _draft(story: Story, role: str = "presidium_clerk", **values: Any) -> MessageDraft:
    made: MessageDraft = actions.draft_start(
        story.cast.actor(role), tenant=story.cast.congresses["township"].tenant, values={"body": "路灯坏了。", **values}
    )
    return made


def test_a_draft_is_the_clerks_own(story: Story) -> None:
    draft = _draft(story)
    with pytest.raises(NotFound):
        actions.draft_save(story.cast.actor("presidium_vetter"), draft.pk, values={})
    with pytest.raises(NotFound):
        actions.draft_drop(story.cast.actor("presidium_vetter"), draft.pk)
    with pytest.raises(Forbidden):
        _draft(story, "other_township_clerk")


def test_drafts_do_not_grow_without_end(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renda.voice.actions.drafts.MOST", 1)
    _draft(story)
    with pytest.raises(Invalid, match="请先登记或删除一些"):
        _draft(story)


@pytest.fixture
def clerk(story: Story, client: Any) -> Any:
    from tests.gates.city import _sign_in

    client.cookies["sessionid"] = _sign_in(story.cast.people["presidium_clerk"])
    return client


def _stored(story: Story, model: Any) -> list[Any]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(model.objects.all())


def _picture() -> SimpleUploadedFile:
    return material.upload(material.picture())


def test_from_a_pasted_chat_with_a_screenshot_to_a_message(
    story: Story, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_views, "text_in", lambda _: "另外垃圾也没人收。")
    said = clerk.post("/messages/new/paste/", {"paste-text": CHAT, "paste-photos": [_picture()]})
    assert said.status_code == 303
    page = clerk.get(said["Location"]).content.decode()
    assert "另外垃圾也没人收。" in page
    assert "第 1 个文件已识别，请对照原图核对。" in page
    assert 'value="张三"' in page
    (draft,) = _stored(story, MessageDraft)
    typed = {"draft": draft.pk, "channel": "desk", "subject": "路灯和垃圾", "body": "路灯坏了，垃圾没人收。"}
    typed |= {"category": "环境保护", "unit": "education", "contact_name": "张三"}
    assert clerk.post("/messages/new/", typed).status_code == 303
    (message,) = _stored(story, Message)
    assert message.subject == "路灯和垃圾"
    assert message.proposal["category"] == "环境保护"
    assert message.proposal["units"][0]["kind"] == "education"
    assert _stored(story, MessageDraft) == []
    with tenant_transaction(story.cast.tenants, durable=False):
        (photo,) = files_of(message)
        assert (photo.subject_type, photo.case_id) == ("voice.Message", message.case_id)


def test_a_draft_survives_and_is_kept_anew(story: Story, clerk: Any) -> None:
    typed = {"keep": "1", "body": "只记了一半", "contact_phone": "13800001111"}
    said = clerk.post("/messages/new/", typed)
    assert said.status_code == 303
    assert "只记了一半" in clerk.get(said["Location"]).content.decode()
    (draft,) = _stored(story, MessageDraft)
    assert clerk.post("/messages/new/", {**typed, "draft": draft.pk, "body": "记完了"}).status_code == 303
    (again,) = _stored(story, MessageDraft)
    assert json.loads(again.values)["body"] == "记完了"
    assert "我的草稿" in clerk.get("/messages/new/").content.decode()
    assert clerk.post(f"/messages/new/drafts/{draft.pk}/drop/").status_code == 303
    assert _stored(story, MessageDraft) == []
    assert _stored(story, Message) == []


def test_what_cannot_be_read_is_kept_as_a_picture_and_told(
    story: Story, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: StoredFile) -> str:
        raise UnreadableError("file.no_reader", "本机没有安装文字识别程序 Tesseract。")

    monkeypatch.setattr(register_views, "text_in", cannot)
    said = clerk.post("/messages/new/paste/", {"paste-photos": [_picture()]})
    assert "第 1 个文件：本机没有安装文字识别程序" in clerk.get(said["Location"]).content.decode()
    (draft,) = _stored(story, MessageDraft)
    with tenant_transaction(story.cast.tenants, durable=False):
        assert files_of(draft).count() == 1


def test_an_empty_paste_is_asked_again_and_a_mark_of_secrecy_refused(story: Story, clerk: Any) -> None:
    assert "请粘贴文字，或选择截图" in clerk.post("/messages/new/paste/", {}).content.decode()
    marked = clerk.post("/messages/new/paste/", {"paste-text": "机密★10年\n关于某事"})
    assert marked.status_code == 422
    assert _stored(story, MessageDraft) == []


def test_too_many_pictures_with_those_of_the_draft(story: Story) -> None:
    from renda.kernel.files.api import store

    draft = _draft(story)
    clerk, tenant = story.cast.actor("presidium_clerk"), story.cast.congresses["township"].tenant
    photos = [store(material.upload(material.picture(size=(100 + n, 100)))) for n in range(7)]
    actions.draft_save(clerk, draft.pk, values={}, photos=photos[:6])
    with pytest.raises(Invalid):
        actions.message_register(clerk, tenant=tenant, channel="desk", body="x", draft=draft, photos=photos[6:])
    assert _stored(story, Message) == []
