"""Contacts go a year after the end, the text stays; what runs or is held keeps both. A person gets all that is held."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from renda.congress.api import Person
from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.notices.models import PersonAddress
from renda.kernel.parties.models import Holding, Party
from renda.kernel.personal.actions import personal_clear
from renda.kernel.personal.declared import holdings
from renda.kernel.personal.retention import rule_named
from renda.kernel.personal.running import everywhere
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import Message
from renda.voice.tests.conftest import TEXT, Story
from tests.people import Cast

PHONE = "13871234567"


def ended(story: Story, days: int) -> Message:
    """A message that was concluded so many days ago."""
    message = story.submitted(contact_name="王女士", contact_phone=PHONE)
    message = story.tell("presidium_vetter", "redirect", message, door="court", reason="诉讼中。")
    with tenant_transaction(story.cast.tenants, durable=False):
        Message.objects.filter(pk=message.pk).update(concluded_at=clock.now() - timedelta(days=days))
    return message


def contact(message: Message, cast: Cast) -> tuple[str, str, str]:
    with tenant_transaction(cast.tenants, durable=False):
        row = Message._base_manager.defer(None).get(pk=message.pk)
        return row.contact_name, row.contact_phone, row.body


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("retention", *arguments, stdout=out)
    return out.getvalue()


def test_a_contact_goes_after_a_year_and_the_text_stays(story: Story) -> None:
    old, young = ended(story, 366), ended(story, 364)
    assert "群众留言（称呼、联系电话）：到期 1 条" in said("run", "--dry-run")
    assert contact(old, story.cast)[1] == PHONE
    assert "群众留言（称呼、联系电话）：已清除 1 条" in said("run")
    assert contact(old, story.cast) == ("", "", TEXT)
    assert contact(young, story.cast) == ("王女士", PHONE, TEXT)
    assert "群众留言（称呼、联系电话）：已清除 0 条" in said("run")
    with tenant_transaction({0, *story.cast.tenants}, durable=False):
        entry = AuditEntry.objects.get(action="personal.clear")
    assert json.loads(entry.payload)["rows"] == 1
    assert PHONE not in entry.payload


def test_what_runs_or_is_held_keeps_its_contact(story: Story) -> None:
    running = story.submitted(contact_phone=PHONE)
    with tenant_transaction(story.cast.tenants, durable=False):
        Message.objects.filter(pk=running.pk).update(concluded_at=clock.now() - timedelta(days=900))
    held = ended(story, 900)
    said("hold", held.receipt_number, "--reason", "法院调取，案件审理中")
    assert "法院调取" in said("list")
    assert "已清除 0 条" in said("run").splitlines()[-1]
    assert contact(running, story.cast)[1] == contact(held, story.cast)[1] == PHONE
    with pytest.raises(CommandError, match="已在保全中"):
        said("hold", held.receipt_number, "--reason", "法院调取，案件审理中")
    said("release", held.receipt_number)
    said("run")
    assert contact(held, story.cast)[1] == ""


def test_a_run_that_was_cut_off_goes_on(story: Story) -> None:
    three = [ended(story, 400) for _ in range(3)]
    count, last = personal_clear(everywhere(), rule="voice.Message/concluded_at", after=0, many=2)
    assert (count, last is None) == (2, False)
    with tenant_transaction(everywhere().tenants, durable=False):
        assert rule_named("voice.Message/concluded_at").count() == 1
    said("run")
    assert {contact(one, story.cast)[1] for one in three} == {""}


def test_an_account_that_was_left_loses_its_phone_and_addresses_after_a_year(cast: Cast) -> None:
    person, stays = cast.people["case_officer"], cast.people["deputy"]
    long_ago = clock.today() - timedelta(days=400)
    for one in (person, stays):
        Person.objects.filter(pk=one.pk).update(phone=PHONE)
        PersonAddress.objects.create(party_id=one.pk, channel="sms", address=PHONE, proven_at=clock.now())
    Holding.objects.filter(person_id=person.pk).update(ends_on=long_ago)
    said("run")
    assert Person.objects.defer(None).get(pk=person.pk).phone == PHONE, "the account is awake"
    Party.objects.filter(pk=person.pk).update(is_active=False)
    said("run")
    assert Person.objects.defer(None).get(pk=person.pk).phone == ""
    assert Person.objects.defer(None).get(pk=stays.pk).phone == PHONE
    assert list(PersonAddress.objects.values_list("party_id", flat=True)) == [stays.pk]


def unpacked(zipped: bytes) -> tuple[dict[str, list[dict[str, str]]], str]:
    with ZipFile(BytesIO(zipped)) as archive:
        content = json.loads(archive.read("个人信息.json"))["内容"]
        page = archive.read("个人信息.html").decode()
    return {title.partition(" ")[2]: rows for title, rows in content.items()}, page


def test_the_writer_of_a_message_gets_every_declared_field(story: Story, tmp_path: Path) -> None:
    message = ended(story, 1)
    ended(story, 2)
    path = tmp_path / "copy.zip"
    call_command("privacy", "export", message.receipt_number, str(path), "--reason", "本人书面申请", stdout=StringIO())
    content, page = unpacked(path.read_bytes())
    (row,) = content["群众留言"]
    assert row["联系电话"] == PHONE
    assert row["受理编号"] == message.receipt_number
    assert PHONE in page
    about = [held for held in holdings() if held.personal.case]
    assert content.keys() == {held.title for held in about}
    (mine,) = [held for held in about if held.model is Message]
    assert row.keys() == {title for _, title, _ in mine.lines()}


def test_one_s_own_copy_has_every_part_and_nobody_else_s(cast: Cast) -> None:
    deputy, other = cast.people["deputy"], cast.people["other_deputy"]
    for one, phone in ((deputy, PHONE), (other, "13900000000")):
        Person.objects.filter(pk=one.pk).update(phone=phone)
        PersonAddress.objects.create(party_id=one.pk, channel="sms", address=phone, proven_at=clock.now())
    client = Client()
    client.force_login(deputy)
    response = client.post("/personal/mine/copy/")
    assert "no-store" in response["Cache-Control"]
    content, page = unpacked(response.getvalue())
    about = {held.title: held for held in holdings() if held.personal.person}
    assert about.keys() <= content.keys()
    for title, rows in content.items():
        if title in about:
            names = {name for _, name, _ in about[title].lines()}
            assert all(row.keys() == names for row in rows), title
    assert content["人员"][0]["手机号码"] == PHONE
    assert content["通知地址"][0]["地址"] == PHONE
    assert "下载本人的个人信息" in {row["操作"] for row in content["操作记录"]}
    assert "13900000000" not in page


def test_somebody_s_copy_needs_a_reason_and_leaves_a_line(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people["security_administrator"])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa"}]
    session.save()
    name = cast.people["deputy"].user_name
    response = client.post("/personal/", {"user_name": name, "reason": "看看"})
    assert response.status_code == 422
    assert name in response.content.decode(), "what was typed is kept"
    response = client.post("/personal/", {"user_name": name, "reason": "本人书面申请查阅"})
    assert unpacked(response.getvalue())[0]["人员"][0]["用户名"] == name
    with tenant_transaction({0, *cast.tenants}, durable=False):
        entry = AuditEntry.objects.get(action="personal.export", outcome="done")
    assert json.loads(entry.payload)["reason"] == "本人书面申请查阅"
