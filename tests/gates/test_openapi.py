"""Both APIs do what their descriptions say, whatever is asked of them (schemathesis), and tell nobody what is not hers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from renda.congress.actions.tokens import token_revoke
from renda.congress.models import AccessToken
from renda.kernel import clock
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.tenancy import tenant_transaction
from renda.openapi import http
from renda.voice.receipts import query_word
from tests.gates.changes import unchanged, undone
from tests.gates.city import City
from tests.gates.credentials import TOKEN
from tests.zones import public_zone, take

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
EXAMPLES = 25
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request leaves the test's connection open, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def try_all(**headers: str) -> int:
    """Every operation with made-up questions; how many were asked."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    asked = 0
    for found in schema.get_all_operations():

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=found.ok().as_strategy())
        def one(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(checks=CHECKS, headers=headers or None)

        one()
    return asked


def test_the_public_zone_keeps_its_word(city: City) -> None:
    with public_zone(), unchanged(city):
        assert try_all() > 7 * 5


def test_the_inner_zone_keeps_its_word(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "A_MINUTE", 10_000)
    assert try_all(**BEARER) > 6 * 5
    assert try_all() > 6 * 5


# --- the public zone ---------------------------------------------------------------------------------------------------


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, raw, content_type="application/json", headers=headers)


def is_problem(answer: Any, status: int) -> bool:
    said = json.loads(answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    assert re.search(r"[一-鿿]", said["detail"]), said
    return bool(answer.status_code == said["status"] == status)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_zone.inbound")
        return int(cursor.fetchone()[0])


def test_a_message_comes_by_program_as_by_form(city: City) -> None:
    path = f"/api/codes/{city.cast.codes['station'].code}/messages"
    said = {"body": "路灯坏了三周，夜里看不见路。", "contact_name": "王女士"}
    with undone(), public_zone() as client:
        before = waiting()
        first = post(client, path, said, **{"Idempotency-Key": "press-00000001"})
        again = post(client, path, said, **{"Idempotency-Key": "press-00000001"})
        assert (first.status_code, again.json()) == (201, first.json())
        assert waiting() == before + 1
        looked = post(client, "/api/receipts/look-up", first.json())
        assert looked.json()["registered"] is False
        take()
        looked = post(client, "/api/receipts/look-up", first.json()).json()
        assert (looked["registered"], looked["state"]) == (True, "待审核")
        wrong = {**first.json(), "word": "000000" if first.json()["word"] != "000000" else "000001"}
        assert is_problem(post(client, "/api/receipts/look-up", wrong), 422)
        assert is_problem(post(client, path, said), 422), "without a key a lost answer would mean two messages"
        assert is_problem(
            post(client, "/api/codes/AAAAAAAA/messages", said, **{"Idempotency-Key": "press-00000001"}), 404
        )
        assert is_problem(client.get(path), 405)
        assert is_problem(client.get("/api/nothing"), 404)


def test_receipts_are_not_walked_through_by_program(city: City) -> None:
    number = city.rows["vet"].receipt_number
    with undone(), public_zone() as client:
        answers = [post(client, "/api/receipts/look-up", {"receipt_number": number, "word": "x"}) for _ in range(7)]
        assert is_problem(answers[-1], 429)
        assert 0 < int(answers[-1]["Retry-After"]) <= 600
        right = {"receipt_number": number, "word": query_word(number)}
        assert is_problem(post(client, "/api/receipts/look-up", right), 429)


BODIES = {
    "ten megabytes": (b'{"body": "' + b"a" * 10_000_000 + b'"}', 413),
    "ten thousand deep": (b"[" * 10_000 + b"]" * 10_000, 400),
    "deep objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "thirty deep": (b"[" * 30 + b"]" * 30, 400),
    "a name twice": (b'{"body": "a", "body": "b"}', 400),
    "a name twice inside": (b'{"body": [{"x": 1, "x": 2}]}', 400),
    "NaN": (b'{"body": NaN}', 400),
    "Infinity": (b'{"body": -Infinity}', 400),
    "a number beyond all": (b'{"body": 1e999}', 400),
    "a number of many figures": (b'{"body": ' + b"1" * 5000 + b"}", 400),
    "half a surrogate": (b'{"body": "\\ud800"}', 400),
    "half a surrogate as a name": (b'{"\\udfff": 1}', 400),
    "no UTF-8": (b'{"body": "\xff"}', 400),
    "no JSON": (b"body=x", 400),
    "two": (b"{} {}", 400),
    "another field": (b'{"body": "a", "is_superuser": true}', 422),
    "NUL": (b'{"body": "a\\u0000b"}', 422),
    "a list": (b"[]", 422),
    "nothing": (b"", 422),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_two_could_read_differently_is_refused(city: City, name: str) -> None:
    body, status = BODIES[name]
    path = f"/api/codes/{city.cast.codes['station'].code}/messages"
    with unchanged(city), public_zone() as client:
        before = waiting()
        assert is_problem(post(client, path, body, **{"Idempotency-Key": "press-00000002"}), status)
        assert waiting() == before


# --- tokens ------------------------------------------------------------------------------------------------------------


def test_a_token_reads_what_its_owner_reads(city: City) -> None:
    with unchanged(city):
        mine = city.client("deputy").get("/api/messages").json()
    with undone():
        assert Client().get("/api/messages", headers=BEARER).json() == mine
        assert mine["items"]
        shown = {item["id"] for item in mine["items"]}
        assert city.key("deputy") in shown
        assert is_problem(Client().get(f"/api/messages/{city.key('sealed')}", headers=BEARER), 404)
        assert Client().get("/api/me", headers=BEARER).json()["name"] == city.cast.people["deputy"].name


def test_a_sealed_text_is_not_told(city: City) -> None:
    answer = city.client("presidium_vetter").get(f"/api/messages/{city.key('sealed')}")
    assert (answer.json()["is_sealed"], answer.json()["body"], answer.json()["answers"]) == (True, "", [])


def test_a_token_opens_the_api_and_nothing_else(city: City) -> None:
    with undone():
        assert Client().get("/bench/", headers=BEARER).status_code == 302
        assert Client().post("/account/tokens/new/", {"name": "x", "days": "7"}, headers=BEARER).status_code == 302
        for path in ("/api/me", "/api/to-dos", "/api/messages", "/api/statistics"):
            assert is_problem(Client().post(path, headers=BEARER), 405)


@pytest.mark.parametrize("case", ["revoked", "expired", "asleep", "wrong", "another scheme", "long", "not ASCII"])
def test_a_token_that_does_not_open(city: City, case: str) -> None:
    shown = BEARER["Authorization"]
    with undone():
        if case == "revoked":
            token_revoke(city.cast.actor("deputy"), city.key("token"))
        elif case == "expired":
            AccessToken.objects.update(expires_at=clock.now())
        elif case == "asleep":
            city.cast.people["deputy"].expires_on = clock.today() - timedelta(days=1)
            city.cast.people["deputy"].save(update_fields=["expires_on"])
        else:
            shown = {
                "wrong": shown + "x",
                "another scheme": "Basic eA==",
                "long": shown + "x" * 9999,
                "not ASCII": "Bearer renda_é",
            }[case]
        answer = Client().get("/api/me", headers={"Authorization": shown})
        city.cast.people["deputy"].expires_on = None
        assert is_problem(answer, 401)


def test_the_first_use_of_a_day_is_in_the_trail(city: City) -> None:
    with undone():
        AccessToken.objects.filter(pk=city.key("token")).update(used_on=None)
        before = uses(city)
        for _ in range(3):
            Client().get("/api/me", headers=BEARER)
        assert uses(city) == before + 1
        assert AccessToken.objects.get(pk=city.key("token")).used_on == clock.today()


def uses(city: City) -> int:
    with tenant_transaction(city.tenants, durable=False):
        return AuditEntry.objects.filter(action="token.use").count()


def test_a_new_token_is_shown_once_and_stored_as_a_hash(city: City) -> None:
    client = city.client("deputy")
    with undone():
        page = client.post("/account/tokens/new/", {"name": "统计大屏", "days": "30"}).content.decode()
        found = re.search(r"renda_[\w-]{43}", page)
        assert found is not None
        assert found[0] not in client.get("/account/tokens/").content.decode()
        assert not AccessToken.objects.filter(token_hash=found[0]).exists()
        with tenant_transaction({*city.tenants, NO_TENANT}, durable=False):
            assert not any(found[0] in entry.payload for entry in AuditEntry.objects.filter(action="token.create"))
        answer = Client().get("/api/me", headers={"Authorization": f"Bearer {found[0]}"})
        assert answer.json()["name"] == city.cast.people["deputy"].name


def test_who_reads_too_fast_is_slowed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "A_MINUTE", 3)
    monkeypatch.setattr(http, "pace", http._Pace())
    answers = [city.client("deputy").get("/api/me") for _ in range(5)]
    assert answers[0].status_code == 200
    assert is_problem(answers[-1], 429)
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_an_administrator_without_her_second_factor_reads_nothing(city: City) -> None:
    client = city.client("business_administrator")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password"}]
    session.save()
    try:
        assert is_problem(client.get("/api/messages"), 403)
    finally:
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
        session.save()


def test_a_list_costs_the_same_however_long(city: City) -> None:
    client = city.client("presidium_vetter")
    asked, seen = [], []
    for query in ("?stage=vet", ""):
        with CaptureQueriesContext(connection) as queries:
            seen.append(len(client.get(f"/api/messages{query}").json()["items"]))
        asked.append(len(queries))
    assert 0 < seen[0] < seen[1]
    assert asked[0] == asked[1]
