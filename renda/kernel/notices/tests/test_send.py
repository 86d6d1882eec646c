"""Telling parties: one insert for a set, nothing in a replay, e-mail by the outbox with patience."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.events.models import Event
from renda.kernel.notices.actions import notice_prefer, notice_read
from renda.kernel.notices.api import (
    Address,
    Notice,
    inbox,
    register_addresses,
    send,
    suppress,
    unread_count,
)
from renda.kernel.notices.outbox import LEASE, TRIES
from renda.kernel.notices.tests import smtp
from renda.kernel.notices.tests.conftest import World, tick
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Party
from renda.kernel.tenancy import tenant_transaction


def test_a_notice_reaches_persons_and_holders_of_a_post_in_another_congress(world: World) -> None:
    world.tell(world.officer, world.post, world.post)
    assert world.inbox(world.actor(world.officer)) == ["有新的交办"]
    assert world.inbox(world.actor(world.officer, world.post)) == ["有新的交办", "有新的交办"]
    assert world.inbox(world.actor(world.clerk)) == []
    # The sender wrote it for another congress and cannot read it there.
    with tenant_transaction([world.here.id]):
        assert not Notice.objects.exists()


def test_a_set_takes_one_insert(world: World) -> None:
    parties = [Party(kind="person", name=str(number), tenant=world.here) for number in range(50)]
    Party.objects.bulk_create(parties)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        world.tell(*parties, kind="test.required")
    inserts = [query for query in queries.captured_queries if 'INSERT INTO "kernel_notices_notice"' in query["sql"]]
    assert len(inserts) == 1
    assert not [query for query in queries.captured_queries if "preference" in query["sql"]]
    with tenant_transaction([world.here.id]):
        assert Notice.objects.count() == 50


def test_an_inactive_party_is_not_told(world: World) -> None:
    world.tell(world.gone)
    assert world.inbox(world.actor(world.gone)) == []


def test_a_notice_wakes_the_open_pages_of_its_party(world: World) -> None:
    world.tell(world.officer)
    assert Event.objects.filter(key=f"party:{world.officer.id}").exists()


@pytest.mark.parametrize("way", ["quiet", "suppress"])
def test_a_replay_tells_nobody(world: World, way: str) -> None:
    if way == "quiet":
        world.tell(world.officer, quiet=True)
    else:
        with suppress():
            world.tell(world.officer)
    assert world.inbox(world.actor(world.officer)) == []


@pytest.mark.parametrize("url", ["//evil.example", "https://evil.example", "javascript:alert(1)"])
def test_a_notice_leads_nowhere_else(world: World, url: str) -> None:
    with pytest.raises(ValueError, match="an address of this house"), tenant_transaction([world.here.id]):
        send(Context(world.actor(world.clerk)), [world.clerk.id], "x", url=url, kind="test.optional")


def test_an_unregistered_kind_is_a_fault(world: World) -> None:
    with pytest.raises(KeyError), tenant_transaction([world.here.id]):
        send(Context(world.actor(world.clerk)), [world.clerk.id], "x", kind="test.unknown")


def test_reading_is_noted_once_with_the_reader(world: World) -> None:
    world.tell(world.post)
    actor = world.actor(world.officer, world.post)
    with tenant_transaction(actor.tenants):
        assert unread_count(actor) == 1
        key = inbox(actor).get().pk
    first = notice_read(actor, key)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        again = notice_read(actor, key)
    assert (first.read_at, first.read_by_id) == (again.read_at, world.officer.id)
    with tenant_transaction(actor.tenants):
        assert unread_count(actor) == 0


def test_nobody_reads_the_notices_of_others(world: World) -> None:
    world.tell(world.officer)
    officer = world.actor(world.officer)
    with tenant_transaction(officer.tenants):
        key = inbox(officer).get().pk
    colleague = Party(kind="person", name="同事", tenant=world.there)
    colleague.save()
    for stranger in (world.actor(world.clerk), world.actor(colleague), Actor.public([world.there.id])):
        with pytest.raises(NotFound):
            notice_read(stranger, key)
    with tenant_transaction(officer.tenants):
        assert inbox(officer).get().read_at is None


def test_a_kind_can_be_turned_off_unless_a_rule_needs_it(world: World) -> None:
    officer = world.actor(world.officer)
    notice_prefer(officer, wanted={"test.optional": {"inbox": False}})
    world.tell(world.officer)
    world.tell(world.officer, title="必须告知", kind="test.required")
    assert world.inbox(officer) == ["必须告知"]
    notice_prefer(officer, wanted={"test.optional": {"inbox": True}})
    world.tell(world.officer)
    assert len(world.inbox(officer)) == 2
    with pytest.raises(Invalid, match=r"notice\.required"):
        notice_prefer(officer, wanted={"test.required": {"inbox": False}})
    with pytest.raises(Invalid, match=r"notice\.unknown"):
        notice_prefer(officer, wanted={"test.optional": {"pigeon": False}})
    with pytest.raises(Forbidden):
        notice_prefer(Actor.public([world.there.id]), wanted={"test.optional": {"inbox": False}})


@pytest.fixture
def mail(settings: Settings) -> Iterator[smtp.MailServer]:
    with smtp.running() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        yield server


def _at(world: World, address: str = "officer@example.cn") -> None:
    register_addresses(
        lambda channel, parties: [
            Address(party, world.officer.id, address)
            for party in parties
            if channel == "email" and party in (world.officer.id, world.post.id)
        ]
    )


def test_an_email_carries_title_and_address_but_not_the_body(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    world.tell(world.post, title="有新的交办\r\nBcc: all@example.cn")
    tick()
    ((recipient, raw),) = mail.letters
    letter = email.message_from_string(raw, policy=email.policy.default)
    assert recipient == "officer@example.cn"
    assert letter["Subject"].endswith("】有新的交办 Bcc: all@example.cn")
    assert letter["Bcc"] is None
    text = letter.get_content()
    assert "https://renda.example/messages/1/" in text
    assert "请及时办理" not in text
    tick()
    assert len(mail.letters) == 1


def test_the_address_is_closed_in_the_database(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    world.tell(world.officer)
    with tenant_transaction([world.there.id]), connection.cursor() as cursor:
        cursor.execute("SELECT address FROM kernel_notices_delivery")
        assert "officer@example.cn" not in cursor.fetchone()[0]


def test_a_person_may_refuse_email_and_keep_the_inbox(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    officer = world.actor(world.officer, world.post)
    notice_prefer(officer, wanted={"test.optional": {"email": False}})
    world.tell(world.post)
    assert len(world.inbox(officer)) == 1
    assert world.deliveries() == []


def test_without_a_mail_server_nothing_is_queued(world: World) -> None:
    _at(world)
    world.tell(world.officer)
    assert world.deliveries() == []


def test_a_busy_server_is_tried_again_later_and_later(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    world.tell(world.officer)
    mail.refuse["officer@example.cn"] = "451 busy"
    tick()
    (row,) = world.deliveries()
    assert (row.state, row.tries) == ("waiting", 1)
    assert "451" in row.error
    assert "officer@" not in row.error
    tick(minutes=1)
    assert world.deliveries()[0].tries == 1
    mail.refuse.clear()
    tick(minutes=3)
    assert world.deliveries()[0].state == "sent"
    assert len(mail.letters) == 1


def test_patience_ends(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    world.tell(world.officer)
    mail.refuse["officer@example.cn"] = "451 busy"
    minutes = 0.0
    for tries in range(1, TRIES + 1):
        tick(minutes)
        assert world.deliveries()[0].tries == tries
        minutes += 2**tries + 0.1
    assert world.deliveries()[0].state == "failed"


def test_a_wrong_address_is_not_tried_again(world: World, mail: smtp.MailServer) -> None:
    _at(world)
    world.tell(world.officer)
    mail.refuse["officer@example.cn"] = "550 no such user"
    tick()
    assert world.deliveries()[0].state == "failed"


def test_a_server_that_is_away_costs_a_try_not_a_letter(world: World, settings: Settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    _at(world)
    world.tell(world.officer)
    tick()
    (row,) = world.deliveries()
    assert (row.state, row.tries) == ("waiting", 1)
    assert "ConnectionRefusedError" in row.error


def test_a_killed_sender_is_replaced_after_its_lease(
    world: World, mail: smtp.MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at(world)
    world.tell(world.officer)
    with monkeypatch.context() as patch:
        patch.setattr("renda.kernel.notices.outbox._mark", lambda *_: None)
        tick()
    assert world.deliveries()[0].state == "sending"
    tick(minutes=1)
    assert len(mail.letters) == 1
    tick(minutes=LEASE.total_seconds() / 60 + 1)
    assert world.deliveries()[0].state == "sent"
    # Sent twice, under one Message-ID.
    ids = {email.message_from_string(raw)["Message-ID"] for _, raw in mail.letters}
    assert (len(mail.letters), len(ids)) == (2, 1)


@pytest.mark.parametrize("name", ["notice.list", "notice.prefer"])
def test_pages_ask_who_you_are(client: Client, db: None, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]


@pytest.mark.parametrize(("name", "keys"), [("notice.read", [1]), ("notice.read_all", []), ("notice.prefer", [])])
def test_presses_of_a_stranger_change_nothing(client: Client, world: World, name: str, keys: list[int]) -> None:
    world.tell(world.officer)
    assert client.get(reverse(name, args=keys)).status_code in (302, 405)
    client.post(reverse(name, args=keys))
    with tenant_transaction([world.there.id]):
        assert Notice.objects.filter(read_at__isnull=True).count() == 1
