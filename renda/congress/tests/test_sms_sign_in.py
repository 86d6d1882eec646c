"""Signing in by a code on the telephone: for whom it opens, once, slowly, and without telling which numbers exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from renda.congress.sign_in import FREE_TRIES
from renda.congress.tests.signing_in import give_totp, quick, signed_in
from renda.kernel import clock
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.notices import proofs
from renda.kernel.notices.models import AddressProof, PersonAddress
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

__all__ = ["quick"]
PHONE, UNKNOWN = "13800001111", "13900002222"
ASK, ENTER = "/sign-in/sms/", "/sign-in/sms/code/"


@pytest.fixture(autouse=True)
def sms(settings: Settings) -> None:
    settings.RENDA_ALIYUN_SMS = {
        **settings.RENDA_ALIYUN_SMS,
        **dict.fromkeys(("key_id", "key_secret", "sign", "notice_template", "code_template"), "x"),
    }


def prove(cast: Cast, role: str, phone: str = PHONE) -> None:
    PersonAddress.objects.create(
        party_id=cast.people[role].party_id,
        channel="sms",
        address=phone,
        address_key=proofs.address_key("sms", phone),
        proven_at=clock.now(),
    )


def ask(client: Client, phone: str = PHONE, **more: Any) -> Any:
    return client.post(ASK, {"phone": phone}, **more)


def enter(client: Client, code: str) -> Any:
    return client.post(ENTER, {"code": code})


def sent() -> str:
    return str(AddressProof.objects.latest("created_at", "pk").parcel)


def later(minutes: int = 2) -> None:
    """What was asked for lies some minutes back."""
    for row in AddressProof.objects.all():
        AddressProof.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(minutes=minutes))


@pytest.mark.parametrize("role", ["deputy", "station_manager"])
def test_a_proven_number_opens_once(cast: Cast, client: Client, role: str) -> None:
    prove(cast, role)
    assert ask(client, "138 0000-1111")["Location"] == ENTER
    code = sent()
    assert "138****1111" in client.get(ENTER).content.decode()
    assert PHONE not in str(dict(client.session.items()))
    assert enter(client, code).status_code == 302
    assert signed_in(client)
    assert client.get("/account/").status_code == 200
    with tenant_transaction({NO_TENANT, *cast.tenants}, durable=False):
        told = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"sms_code.send", "sms_code.use", "person.sign_in"} <= told
    again = Client()
    later()
    ask(again)
    enter(again, code)
    assert not signed_in(again)


@pytest.mark.parametrize(
    "role",
    ["business_administrator", "system_administrator", "security_administrator", "presidium_clerk", "case_officer"],
)
def test_it_opens_for_nobody_else(cast: Cast, client: Client, role: str) -> None:
    prove(cast, role)
    ask(client)
    assert sent() == ""
    proof = AddressProof.objects.get()
    assert proof.party_id is None
    # Even who guesses the figures that were never sent.
    AddressProof.objects.update(digest=proofs._digest(proof, "123456"))
    assert enter(client, "123456").status_code == 422
    assert not signed_in(client)


def test_a_deputy_who_is_an_administrator_too_signs_in_with_both_factors(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    prove(cast, "other_deputy")
    ask(client)
    assert sent() == "", "two people have proven it"
    PersonAddress.objects.filter(party_id=cast.people["other_deputy"].party_id).delete()
    give_totp(cast.people["deputy"])
    later()
    ask(client)
    assert enter(client, sent())["Location"].startswith("/account/second-factor/authenticate/")
    assert not signed_in(client)


def test_an_account_that_sleeps_is_nobody(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    cast.people["deputy"].expires_on = clock.today() - timedelta(days=1)
    cast.people["deputy"].save(update_fields=["expires_on"])
    ask(client)
    assert sent() == ""


def test_a_known_and_an_unknown_number_cannot_be_told_apart(cast: Cast) -> None:
    prove(cast, "deputy")
    seen = []
    for phone in (PHONE, UNKNOWN):
        client = Client()
        asked_for: list[Any] = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                answer = ask(client, phone)
            asked_for.append((answer.status_code, answer.get("Location"), len(queries)))
        page = client.get(ENTER).content.decode().replace(phone[:3], "1xx").replace(phone[-4:], "xxxx")
        words = [line for line in page.splitlines() if "csrf" not in line]
        with CaptureQueriesContext(connection) as queries:
            wrong = enter(client, "x")
        seen.append((asked_for, words, wrong.status_code, len(queries)))
    assert seen[0] == seen[1]


def test_asking_again_at_once_is_too_much_and_what_was_typed_stays(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    ask(client)
    answer = ask(client)
    assert answer.status_code == 429
    assert "Retry-After" in answer
    assert PHONE in answer.content.decode()
    assert AddressProof.objects.count() == 1


def test_one_browser_asks_for_few_numbers(cast: Cast) -> None:
    client = Client()
    client.cookies["csrftoken"] = "x" * 32
    answers = [ask(client, f"1380000222{figure}").status_code for figure in range(FREE_TRIES + 2)]
    assert answers[:FREE_TRIES] == [302] * FREE_TRIES or answers[:FREE_TRIES] == [303] * FREE_TRIES
    assert answers[-1] == 429


def test_a_code_cannot_be_guessed(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    ask(client)
    code = sent()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [enter(client, wrong) for _ in range(FREE_TRIES + 1)]
    assert {answer.status_code for answer in answers[:3]} == {422}
    assert answers[-1].status_code == 429
    assert enter(client, code).status_code == 429
    assert not signed_in(client)
    with tenant_transaction({NO_TENANT}, durable=False):
        refused = AuditEntry.objects.filter(action="person.sign_in", outcome=AuditEntry.Outcome.REFUSED).count()
    assert refused == FREE_TRIES + 2


def test_a_code_is_old_after_ten_minutes(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    ask(client)
    code = sent()
    AddressProof.objects.update(expires_at=clock.now())
    assert enter(client, code).status_code == 422


def test_without_short_messages_there_is_no_such_page(cast: Cast, client: Client, settings: Settings) -> None:
    assert ASK in client.get("/sign-in/").content.decode()
    settings.RENDA_ALIYUN_SMS = {**settings.RENDA_ALIYUN_SMS, "key_id": ""}
    assert ASK not in client.get("/sign-in/").content.decode()
    assert (client.get(ASK).status_code, client.get(ENTER).status_code, ask(client).status_code) == (404, 404, 404)


def test_the_next_page_stays_on_this_site(cast: Cast, client: Client) -> None:
    prove(cast, "deputy")
    assert client.post(ASK, {"phone": PHONE, "next": "https://evil.example/"})["Location"] == ENTER
    code = sent()
    assert client.post(ENTER, {"code": code, "next": "/notices/"})["Location"] in (
        "/notices/",
        "/account/password/set/",
    )
