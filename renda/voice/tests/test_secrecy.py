"""What carries a mark is held back on both ways in, the security officer is told, and she decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Invalid, Refused
from renda.kernel.exchange import inbox
from renda.kernel.exchange.models import Received
from renda.kernel.files.api import store
from renda.kernel.files.tests import material
from renda.kernel.notices.models import Notice
from renda.kernel.secrecy.actions import secrecy_destroy, secrecy_release
from renda.kernel.secrecy.api import screen
from renda.kernel.secrecy.models import HeldItem
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import TEXT, Story
from tests.people import Cast
from tests.zones import address, public_zone, publish, take

MARKED = "机密★10年\n关于人员情况的通报"


def told(cast: Cast, role: str) -> list[str]:
    with tenant_transaction(cast.tenants, durable=False):
        party = cast.actor(role).posts[0].post_id
        return list(Notice.objects.filter(party_id=party, kind="secrecy.held").values_list("title", flat=True))


def stored(cast: Cast) -> int:
    with tenant_transaction(cast.tenants, durable=False):
        return int(Message.objects.count())


def leave(story: Story, **given: Any) -> None:
    publish()
    with public_zone() as client:
        form = address("voice:message.submit", story.cast.codes["station"].code)
        assert client.post(form, {"body": TEXT, **given}).status_code == 303
    take()


@pytest.mark.parametrize(
    "given",
    [
        {"body": MARKED},
        {"place_text": "【秘密】某处"},
        {"photos": lambda: SimpleUploadedFile("绝密名单.jpg", material.picture())},
    ],
    ids=["text", "place", "file name"],
)
def test_a_marked_message_of_the_public_waits_for_the_officer(story: Story, given: dict[str, Any]) -> None:
    leave(story, **{name: value() if callable(value) else value for name, value in given.items()})
    assert stored(story.cast) == 0
    held = HeldItem.objects.get()
    assert (held.source, held.tenant_id, held.decision) == ("公众区来件", None, "")
    assert TEXT[:10] not in held.name
    assert told(story.cast, "secrecy_officer") == ["公众区来件中有疑似涉密内容，等您处理"]
    assert told(story.cast, "county_secrecy_officer") == []
    inbox.handle()
    assert HeldItem.objects.count() == 1
    secrecy_release(story.cast.actor("secrecy_officer"), held.pk, reason="经核实不涉密。")
    take()
    assert stored(story.cast) == 1


def test_what_is_destroyed_is_gone(story: Story) -> None:
    leave(story, body=MARKED, photos=material.upload(material.picture()))
    held = HeldItem.objects.get()
    secrecy_destroy(story.cast.actor("secrecy_officer"), held.pk, reason="按规定销毁。")
    assert {(row.state, bytes(row.body)) for row in Received.objects.all()} == {("dropped", b"")}
    take()
    assert stored(story.cast) == 0
    with pytest.raises(Refused):
        secrecy_release(story.cast.actor("secrecy_officer"), held.pk, reason="反悔。")
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        line = AuditEntry.objects.get(action="secrecy.destroy", outcome="done")
        lines = AuditEntry.objects.filter(action__startswith="secrecy.")
        assert "按规定销毁" in line.payload
        assert all("人员情况" not in one.payload and "机密" not in one.payload for one in lines)


def test_the_officer_sees_what_it_is_and_not_what_it_says(story: Story) -> None:
    leave(story, body=MARKED + "张三李四王五")
    browser = Client()
    browser.force_login(story.cast.people["secrecy_officer"])
    page = browser.get("/secrecy/").content.decode()
    assert "公众区来件" in page
    assert "机密★" in page
    assert "张三李四王五" not in page
    held = HeldItem.objects.get()
    without = browser.post(f"/secrecy/{held.pk}/release/", {"reason": " "})
    assert (without.status_code, "请写明理由" in without.content.decode()) == (422, True)
    assert browser.post(f"/secrecy/{held.pk}/release/", {"reason": "核实。"}).status_code == 303
    assert "已放行" in browser.get("/secrecy/").content.decode()


def test_a_marked_file_inside_is_not_stored_until_released(cast: Cast) -> None:
    def upload() -> SimpleUploadedFile:
        return SimpleUploadedFile("机密会议.jpg", material.picture())

    clerk = cast.actor("county_clerk")
    for _ in range(2):
        with pytest.raises(Invalid, match="密级标志"):
            store(upload(), by=clerk, source="来件附件")
    held = HeldItem.objects.get()
    assert (held.name, held.source, held.party_id) == ("机密会议.jpg", "来件附件", clerk.party_id)
    assert told(cast, "county_secrecy_officer") == ["来件附件中有疑似涉密内容，等您处理"]
    secrecy_release(cast.actor("county_secrecy_officer"), held.pk, reason="会议已公开。")
    assert store(upload(), by=clerk).name == "机密会议.jpg"
    # Another content under the same name is another matter.
    with pytest.raises(Invalid):
        store(SimpleUploadedFile("机密会议.jpg", material.picture(size=(30, 20))), by=clerk)


def test_a_marked_text_inside_is_refused_and_kept_in_the_form(story: Story) -> None:
    browser = Client()
    browser.force_login(story.cast.people["presidium_clerk"])
    given = {"channel": "desk", "body": MARKED}
    answer = browser.post("/messages/new/", given)
    assert answer.status_code == 422
    assert "已告知保密员核对" in answer.content.decode()
    assert "关于人员情况的通报" in answer.content.decode()
    assert stored(story.cast) == 0
    held = HeldItem.objects.get()
    # The township has none of its own: the county's is told.
    assert told(story.cast, "county_secrecy_officer") == ["代群众登记中有疑似涉密内容，等您处理"]
    secrecy_release(story.cast.actor("county_secrecy_officer"), held.pk, reason="误判。")
    assert browser.post("/messages/new/", given).status_code == 303


@pytest.mark.parametrize(
    "text",
    ["请为我保守秘密。", "涉及商业秘密，请勿公开。", "这是公开的秘密。", "采用无记名秘密投票。", "机密不可泄露是老话"],
)
def test_ordinary_speech_goes_its_way(cast: Cast, text: str) -> None:
    screen(cast.actor("county_clerk"), "测试", {"body": text})
    assert not HeldItem.objects.exists()


def test_no_field_asks_for_a_level_of_secrecy() -> None:
    """This is a non-secret system: nothing in it can be given a level."""
    from django.apps import apps

    words = ("密级", "涉密等级", "保密期限")
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if any(word in str(field.verbose_name) for word in words)
    ]
    assert found == []
