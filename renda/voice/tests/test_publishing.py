"""A message becomes public in a reviewer's words and only with its writer's consent; it goes away when either ends."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from PIL import Image

from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.files.api import StoredFile, Stroke, files_of, painted_over, store
from renda.kernel.files.tests import material
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.actions.publishing import ShownPhoto
from renda.voice.drafting import draft_of
from renda.voice.forms.publishing import read_strokes
from renda.voice.models import Message, Publication
from renda.voice.public_sending import token
from renda.voice.tests.conftest import TEXT, Story
from tests.zones import address, public_zone, publish, settle, take

GIVEN = {"subject": "社区缺早餐店", "body": "花园社区附近没有早餐店。", "answer": "已引进早餐店两家。"}
VETTER = "presidium_vetter"


def answered(story: Story, **left: Any) -> Message:
    """A message whose writer agreed, with its answer delivered."""
    story.left = {"may_publish": True, **left}
    return story.delivered()


def make_public(story: Story, message: Message, **given: Any) -> None:
    actions.message_publish(story.cast.actor(VETTER), message.pk, **{**GIVEN, **given})
    settle()


def page_of(message: Message, *, status: int = 200) -> str:
    with public_zone() as client:
        answer = client.get(address("voice:published.page", message.pk))
    assert answer.status_code == status
    return str(answer.content.decode())


def test_the_public_reads_the_reviewers_words_and_nothing_of_the_writer(story: Story) -> None:
    message = answered(story, contact_name="王小明", contact_phone="13800001111", place_text="三栋旁")
    make_public(story, message)
    page = page_of(message)
    assert all(text in page for text in GIVEN.values())
    assert not [text for text in (TEXT, "王小明", "13800001111", "三栋旁", message.receipt_number) if text in page]
    assert story.fresh(message).body == TEXT
    with public_zone() as client:
        assert GIVEN["subject"] in client.get(address("voice:published")).content.decode()


@pytest.mark.parametrize("what", ["no consent", "about a person", "not vetted", "sealed"])
def test_what_may_not_be_public_never_is(story: Story, what: str) -> None:
    story.left = {"may_publish": what != "no consent"}
    match what:
        case "about a person":
            message = story.accepted(concerns_person=True)
        case "not vetted":
            message = story.submitted()
        case "sealed":
            message = story.tell(VETTER, "redirect", story.submitted(), door="accusation", reason="检举事项。")
        case _:
            message = story.accepted()
    with pytest.raises(Refused):
        make_public(story, message)
    # Nor where a row says so: the builder looks for itself.
    with tenant_transaction(story.cast.tenants, durable=False):
        given = {**GIVEN, "published_at": message.submitted_at, "reviewed_at": message.submitted_at}
        Publication.objects.create(tenant_id=message.tenant_id, message=message, **given)
    publish()
    page_of(message, status=404)


def test_sealing_takes_the_public_copy_away_in_the_same_act(story: Story) -> None:
    photo = store(material.upload(material.picture()))
    story.left = {"may_publish": True, "photos": [photo]}
    message = story.referred()
    make_public(story, message, photos=[shown_photo(story, message)])
    page_of(message)
    story.tell("presidium_assigner", "redirect", message, door="court", reason="已起诉。")
    settle()
    page_of(message, status=404)
    assert copies("photo") == 0


def copies(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_zone.published WHERE kind = %s", [kind])
        return int(cursor.fetchone()[0])


def test_staff_take_it_back_with_a_reason_and_may_publish_again(story: Story) -> None:
    message = answered(story)
    vetter = story.cast.actor(VETTER)
    with pytest.raises(Refused):
        actions.message_take_back(vetter, message.pk, reason="还没有公开。")
    make_public(story, message)
    with pytest.raises(Invalid):
        actions.message_take_back(vetter, message.pk, reason=" ")
    actions.message_take_back(vetter, message.pk, reason="漏了一个门牌号。")
    settle()
    page_of(message, status=404)
    make_public(story, message, body="改过的内容。")
    assert "改过的内容。" in page_of(message)
    with tenant_transaction(story.cast.tenants, durable=False):
        lines = AuditEntry.objects.filter(subject_id=message.pk, action__in=("message.publish", "message.take_back"))
        assert [line.outcome for line in lines.order_by("id")] == ["refused", "done", "refused", "done", "done"]


def test_a_clerk_a_deputy_and_a_unit_do_not_publish(story: Story) -> None:
    message = answered(story)
    for role in ("presidium_clerk", "deputy", "township_officer"):
        with pytest.raises(Forbidden):
            actions.message_publish(story.cast.actor(role), message.pk, subject="早餐店", body="没有早餐店。")


def test_the_writer_withdraws_her_consent_by_her_receipt(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    press, receipt = (
        address(name, token(message.receipt_number)) for name in ("voice:message.withdraw_consent", "voice:receipt")
    )
    with public_zone() as client:
        assert "撤回公开同意" in client.get(receipt).content.decode()
        for _ in range(2):
            answer = client.post(press)
            assert answer.status_code == 303
        assert "正在撤下" in client.get(answer["Location"]).content.decode()
    assert take() == 1
    page_of(message, status=404)
    with public_zone() as client:
        assert "撤回公开同意" not in client.get(receipt).content.decode()
    with pytest.raises(Refused):
        make_public(story, message)


def test_the_draft_masks_what_its_shape_gives_away_and_the_writers_own_name(story: Story) -> None:
    body = "我叫王大力，我是李小红，车牌鄂J12A45，电话13800001111，找周倩倩联系。"
    message = answered(story, body=body, contact_name="周倩倩", contact_phone="13800001111")
    with tenant_transaction(story.cast.tenants, durable=False):
        draft = draft_of(message, list(message.answers.all()), None)
    shown = "".join(draft.values())
    assert not [word for word in ("王大力", "李小红", "鄂J12A45", "13800001111", "周倩倩") if word in shown]
    assert "已引进早餐店两家" in draft["answer"]


# --- photos -----------------------------------------------------------------------------------------------------------------


def shown_photo(story: Story, message: Message, *strokes: Stroke) -> ShownPhoto:
    with tenant_transaction(story.cast.tenants, durable=False):
        original: StoredFile = files_of(message).get()
    return ShownPhoto(original.pk, strokes, store(material.upload(painted_over(original, strokes))))


def test_what_is_painted_over_is_not_in_the_public_file_and_nothing_of_the_camera_is(story: Story) -> None:
    camera = Image.Exif()
    camera[0x010F] = "相机厂"
    buffer = BytesIO()
    Image.new("RGB", (400, 200), "white").save(buffer, "JPEG", exif=camera)
    message = answered(story, photos=[store(material.upload(buffer.getvalue()))])
    make_public(story, message, photos=[shown_photo(story, message, Stroke(((0.0, 0.5), (0.5, 0.5)), 0.2))])
    with public_zone() as client:
        answer = client.get(address("voice:published.photo", message.pk, 1))
        assert client.get(address("voice:published.photo", message.pk, 2)).status_code == 404
    with Image.open(BytesIO(answer.content)) as picture:
        assert not picture.getexif()
        grey = picture.convert("L")
        painted, plain = (grey.crop(box).tobytes() for box in ((10, 70, 190, 130), (300, 0, 400, 200)))
        assert max(painted) < 30
        assert min(plain) > 225
    assert "/photos/1.jpg" in page_of(message)


def test_a_photo_of_another_message_is_refused(story: Story) -> None:
    picture = store(material.upload(material.picture()))
    other = story.submitted(photos=[picture])
    message = answered(story)
    with pytest.raises(Refused):
        make_public(story, message, photos=[shown_photo(story, other)])


@pytest.mark.parametrize(
    "text", ["x", "{}", '[{"points":[[2,0]],"width":0.1}]', '[{"points":[["nan",0]],"width":0.1}]', "[1]"]
)
def test_strokes_from_outside_of_the_picture_are_refused(text: str) -> None:
    if text == "{}":
        assert read_strokes(text) == ()
        return
    with pytest.raises(ValueError, match="strokes"):
        read_strokes(text)


# --- the list, the feed, the sitemap ----------------------------------------------------------------------------------------


def test_the_list_is_searched_narrowed_and_paged_newest_first(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renda.voice.published.A_PAGE", 2)
    for number in range(3):
        make_public(story, answered(story), subject=f"第{'一二三'[number]}件早餐店")
    with public_zone() as client:

        def page(**asked: str) -> str:
            return str(client.get(address("voice:published"), asked).content.decode())

        first = page()
        assert first.index("第三件") < first.index("第二件")
        assert "第一件" not in first
        following = first.split('rel="next" href="?')[1].split('"')[0]
        rest = str(client.get(f"{address('voice:published')}?{following}").content.decode())
        assert ("第一件" in rest, "第二件" in rest) == (True, False)
        assert ("第二件" in page(q="第二件"), "第三件" in page(q="第二件")) == (True, False)
        township, far = story.cast.places["township"].code, story.cast.places["far_township"].code
        assert "第三件" in page(township=township)
        assert "没有符合条件" in page(township=far)
        assert "没有符合条件" in page(q="100%")


def test_a_deputys_and_a_stations_page_say_what_was_done(story: Story) -> None:
    make_public(story, answered(story))
    publish()
    station = story.cast.stations["township"]
    with public_zone() as client:
        for where in (
            address("voice:deputy", story.cast.people["deputy"].pk),
            address("voice:station", station.tenant_id, station.pk),
        ):
            page = client.get(where).content.decode()
            assert "做了什么" in page
            assert GIVEN["subject"] in page
        other = client.get(address("voice:deputy", story.cast.people["other_deputy"].pk)).content.decode()
        assert "做了什么" not in other


def test_feed_sitemap_and_robots_lead_to_what_is_public(story: Story) -> None:
    message = answered(story)
    make_public(story, message)
    publish()
    where = address("voice:published.page", message.pk)
    with public_zone() as client:
        feed = client.get(address("voice:published.feed"))
        assert feed["Content-Type"].startswith("application/atom+xml")
        assert where in feed.content.decode()
        sitemap = client.get(address("voice:sitemap")).content.decode()
        assert where in sitemap
        assert address("voice:deputy", story.cast.people["deputy"].pk) in sitemap
        robots = client.get(address("voice:robots")).content.decode()
        assert "Disallow: /receipt/" in robots
        assert "/sitemap.xml" in robots
