"""Codes: sent at once and once, for ten minutes, five tries, one use; never readable where they rest."""

from __future__ import annotations

import email
import email.policy
import hmac
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from pytest_django import Settings

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused, TooMany
from renda.kernel.notices import jobs, proofs
from renda.kernel.notices.actions import BIND, address_ask_code, address_bind, address_unbind
from renda.kernel.notices.channels import Delayed
from renda.kernel.notices.models import AddressProof, PersonAddress
from renda.kernel.notices.tests import smtp
from renda.kernel.notices.tests.conftest import World
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction

ADDRESS = "officer@example.cn"


@pytest.fixture
def mail(settings: Settings) -> Iterator[smtp.MailServer]:
    with smtp.running() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        yield server


def ask(world: World, address: str = ADDRESS, actor: Actor | None = None) -> AddressProof:
    """Ask for a code; the job that the action has deferred sends it."""
    proof = address_ask_code(actor or world.actor(world.officer), channel="email", address=address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'notices.send_code'")
        assert {"key": proof.pk} in [json.loads(row[0]) for row in cursor.fetchall()]
    jobs.send_code(key=proof.pk)
    return proof


def code_in(server: smtp.MailServer) -> str:
    letter = email.message_from_string(server.letters[-1][1], policy=email.policy.default)
    found = re.search(r"\b(\d{6})\b", letter.get_content())
    assert found is not None
    return found[1]


def claim(world: World, code: str, address: str = ADDRESS) -> AddressProof | None:
    return proofs.claim(purpose=BIND, channel="email", address=address, code=code, party_id=world.officer.id)


def test_a_code_binds_an_address_once(world: World, mail: smtp.MailServer) -> None:
    officer = world.actor(world.officer)
    ask(world, " Officer@Example.cn ")
    assert [recipient for recipient, _ in mail.letters] == [ADDRESS]
    proof = claim(world, f" {code_in(mail)[:3]} {code_in(mail)[3:]} ")
    assert proof is not None
    address_bind(officer, proof=proof.pk)
    row = PersonAddress.objects.get()
    assert (row.party_id, row.channel, row.address) == (world.officer.id, "email", ADDRESS)
    # Neither the proof nor the code works again.
    with pytest.raises(Refused):
        address_bind(officer, proof=proof.pk)
    assert claim(world, code_in(mail)) is None
    # She is told, by that address too.
    assert world.inbox(officer) == ["您已开通电子邮件通知"]
    assert [delivery.address for delivery in world.deliveries()] == [ADDRESS]


def test_five_tries(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    right = code_in(mail)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(proofs.TRIES):
        assert claim(world, wrong) is None
    assert claim(world, right) is None


def test_the_fifth_try_may_be_right(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    for odd in ("", "000000000", "二", "١٢٣٤٥٦"):
        assert claim(world, odd) is None
    assert claim(world, code_in(mail)) is not None


def test_ten_minutes(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    with clock.frozen(clock.now() + proofs.VALID + timedelta(seconds=1)):
        assert claim(world, code_in(mail)) is None
    with clock.frozen(clock.now() + proofs.VALID - timedelta(seconds=5)):
        assert claim(world, code_in(mail)) is not None


def test_a_proof_does_not_wait_for_long(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    proof = claim(world, code_in(mail))
    assert proof is not None
    with clock.frozen(clock.now() + proofs.VALID + timedelta(seconds=1)), pytest.raises(Refused):
        address_bind(world.actor(world.officer), proof=proof.pk)


def test_the_newest_code_counts(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    old = code_in(mail)
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        ask(world)
        new = code_in(mail)
        if old != new:
            assert claim(world, old) is None
        assert claim(world, new) is not None


def test_a_code_is_for_one_person_one_purpose_and_one_address(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    code = code_in(mail)
    given = {"purpose": BIND, "channel": "email", "address": ADDRESS, "party_id": world.officer.id}
    for other in (
        {"party_id": world.clerk.id},
        {"purpose": "sign_in"},
        {"address": "x@example.cn"},
        {"channel": "sms"},
    ):
        assert proofs.claim(**(given | other), code=code) is None  # type: ignore[arg-type] # each of its own type
    proof = claim(world, code)
    assert proof is not None
    with pytest.raises(Refused):
        address_bind(world.actor(world.clerk), proof=proof.pk)
    assert not PersonAddress.objects.exists()


def test_an_unproven_proof_binds_nothing(world: World, mail: smtp.MailServer) -> None:
    proof = ask(world)
    with pytest.raises(Refused):
        address_bind(world.actor(world.officer), proof=proof.pk)


def test_the_code_is_closed_and_gone_once_it_is_sent(world: World, mail: smtp.MailServer) -> None:
    proof = address_ask_code(world.actor(world.officer), channel="email", address=ADDRESS)

    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM kernel_notices_addressproof")
            return repr(cursor.fetchall())

    code = AddressProof.objects.get().parcel
    assert re.fullmatch(r"\d{6}", code)
    assert code not in re.sub(r"datetime\([^)]*\)", "", stored())
    assert ADDRESS not in stored()
    jobs.send_code(key=proof.pk)
    assert AddressProof.objects.get().parcel == ""
    jobs.send_code(key=proof.pk)
    assert len(mail.letters) == 1
    # Nor does the trail keep the address.
    with connection.cursor() as cursor, tenant_transaction([world.there.id, 0]):
        cursor.execute("SELECT payload::text FROM kernel_audit_auditentry WHERE action = 'address.ask_code'")
        assert ADDRESS not in cursor.fetchone()[0]


def test_a_refused_address_gets_no_second_try_and_says_nothing(world: World, mail: smtp.MailServer) -> None:
    mail.refuse[ADDRESS] = "550 no such user"
    ask(world)
    assert AddressProof.objects.get().parcel == ""


def test_a_busy_server_keeps_the_code_for_the_next_try(world: World, mail: smtp.MailServer) -> None:
    mail.refuse[ADDRESS] = "451 busy"
    with pytest.raises(Delayed):
        ask(world)
    mail.refuse.clear()
    jobs.send_code(key=AddressProof.objects.get().pk)
    assert claim(world, code_in(mail)) is not None


def test_one_code_a_minute_five_an_hour_to_an_address(world: World, mail: smtp.MailServer) -> None:
    now = clock.now()
    minutes = 0.0
    for _ in range(5):
        with clock.frozen(now + timedelta(minutes=minutes)):
            ask(world)
            with pytest.raises(TooMany, match="1 分钟"):
                ask(world, actor=world.actor(world.clerk))
        minutes += 1.1
    with clock.frozen(now + timedelta(minutes=minutes)), pytest.raises(TooMany, match="1 小时"):
        ask(world)
    with clock.frozen(now + timedelta(minutes=61)):
        ask(world)
    assert AddressProof.objects.count() == 6


def test_ten_an_hour_for_a_person_and_thirty_from_a_place(world: World, mail: smtp.MailServer) -> None:
    for number in range(10):
        ask(world, f"a{number}@example.cn")
    with pytest.raises(TooMany):
        ask(world, "b@example.cn")
    with tenant_transaction([world.here.id]):
        ctx = Context(Actor.public([world.here.id], address="192.0.2.1"))
        for number in range(30):
            proofs.issue(ctx, purpose="sign_in", channel="email", address=f"c{number}@example.cn")
            ctx.flush()
        with pytest.raises(TooMany):
            proofs.issue(ctx, purpose="sign_in", channel="email", address="d@example.cn")
        elsewhere = Context(Actor.public([world.here.id], address="192.0.2.2"))
        proofs.issue(elsewhere, purpose="sign_in", channel="email", address="d@example.cn")


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b\r\nBcc: c@example.cn"),
        ("email", ""),
        ("sms", "13800001111"),  # no provider here
        ("wecom", "zhangsan"),
        ("pigeon", "x"),
    ],
)
def test_what_is_no_address(world: World, mail: smtp.MailServer, channel: str, address: str) -> None:
    with pytest.raises(Invalid):
        address_ask_code(world.actor(world.officer), channel=channel, address=address)
    assert not AddressProof.objects.exists()


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("138 0000 1111", "13800001111"),
        ("+86 138-0000-1111", "13800001111"),
        ("8613800001111", "13800001111"),
        ("12800001111", None),
        ("1380000111", None),
        ("138000011112", None),
        ("١٣٨٠٠٠٠١١١١", None),
    ],
)
def test_a_mobile_number(text: str, phone: str | None) -> None:
    if phone is None:
        with pytest.raises(Invalid):
            proofs.read_address("sms", text)
    else:
        assert proofs.read_address("sms", text) == phone


def test_nobody_binds_without_an_account(world: World, mail: smtp.MailServer) -> None:
    public = Actor.public([world.there.id])
    with pytest.raises(Forbidden):
        address_ask_code(public, channel="email", address=ADDRESS)
    with pytest.raises(Forbidden):
        address_bind(public, proof=1)


def test_a_try_is_counted_outside_of_actions(world: World) -> None:
    with tenant_transaction([world.there.id]), pytest.raises(RuntimeError):
        claim(world, "000000")


def test_only_the_owner_unbinds(world: World) -> None:
    row = PersonAddress.objects.create(party=world.officer, channel="email", address=ADDRESS, proven_at=clock.now())
    for stranger in (world.actor(world.clerk), Actor.public([world.there.id])):
        with pytest.raises(NotFound):
            address_unbind(stranger, row.pk)
    address_unbind(world.actor(world.officer), row.pk)
    assert not PersonAddress.objects.exists()


def test_of_two_presses_at_once_one_is_right(
    world: World, mail: smtp.MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(world)
    code = code_in(mail)
    between: list[AddressProof | None] = []

    def compare(one: str, other: str) -> bool:
        """The second press comes whole while the first one compares."""
        monkeypatch.setattr(proofs, "hmac", hmac)
        between.append(claim(world, code))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(proofs, "hmac", SimpleNamespace(compare_digest=compare))
    assert claim(world, code) is None
    assert [proof is not None for proof in between] == [True]


def test_old_proofs_go(world: World, mail: smtp.MailServer) -> None:
    ask(world)
    jobs.trim_proofs(timestamp=0)
    assert AddressProof.objects.exists()
    with clock.frozen(clock.now() + proofs.KEPT + timedelta(minutes=1)):
        jobs.trim_proofs(timestamp=0)
    assert not AddressProof.objects.exists()
