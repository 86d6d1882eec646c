"""The city's provider, played by a foreign one (oidc-provider-mock) over real HTTP: who comes in, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import oidc_provider_mock
import pytest
import requests
from django.test import Client
from oidc_provider_mock import User
from pytest_django import Settings

from renda.congress import identity
from renda.congress.actions.identity import identity_assign
from renda.congress.models import IdentityLink, Person
from renda.congress.tests.signing_in import give_totp, quick, signed_in
from renda.kernel import clock
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.errors import Forbidden, NotFound, Refused
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

__all__ = ["quick"]
# The provider's own library has renamed things.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BEGIN, BACK = "/sign-in/identity/", "/sign-in/identity/back/"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Provider:
    """A running provider that holds a client to PKCE (the mock itself does not ask for the verifier)."""

    users: list[User]
    life: timedelta = timedelta(hours=1)
    port: int = 0
    challenges: list[str] = field(default_factory=list)
    server: WSGIServer | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """With a new key each time."""
        app = oidc_provider_mock.app(require_nonce=True, access_token_max_age=self.life, user_claims=self.users)

        def held_to_pkce(environ: Any, start: Any) -> Any:
            query = parse_qs(environ.get("QUERY_STRING", ""))
            if environ["PATH_INFO"].endswith("/authorize"):
                assert query["code_challenge_method"] == ["S256"]
                self.challenges.append(query["code_challenge"][0])
            if environ["PATH_INFO"].endswith("/token"):
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                verifier = parse_qs(body.decode())["code_verifier"][0].encode()
                digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
                assert digest in self.challenges
                environ["wsgi.input"] = io.BytesIO(body)
            return app(environ, start)

        self.server = make_server("127.0.0.1", self.port, held_to_pkce, handler_class=_Quiet)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def running(settings: Settings, **given: Any) -> Iterator[Provider]:
    users = [
        User(sub="zhang.san", claims={"name": "张三"}),
        User(sub="two.factors", claims={"name": "李四", "amr": ["pwd", "otp"], "acr": "loa3"}),
    ]
    provider = Provider(users, **given)
    provider.start()
    settings.RENDA_INNER_URL = "http://testserver"
    settings.RENDA_OIDC = {
        **settings.RENDA_OIDC,
        "issuer": provider.issuer,
        "client_id": "renda",
        "client_secret": "not-told",
    }
    try:
        yield provider
    finally:
        provider.stop()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with running(settings) as started:
        yield started


def link(person: Person, subject: str = "zhang.san", *, issuer: str) -> None:
    IdentityLink.objects.create(
        person=person, issuer=issuer, subject=subject, linked_by_id=person.party_id, linked_at=clock.now()
    )


def authorised(client: Client, subject: str = "zhang.san", **query: str) -> dict[str, str]:
    """Sent to the provider, signed in there, sent back: what the browser would come back with."""
    sent = client.get(BEGIN, query)["Location"]
    answer = requests.post(sent, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.headers["Location"].startswith("http://testserver" + BACK), answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def come(client: Client, given: dict[str, str]) -> Any:
    return client.get(BACK, given)


def told(client: Client, answer: Any) -> str:
    return str(client.get(answer["Location"]).content.decode())


def test_who_is_linked_comes_in(cast: Cast, client: Client, provider: Provider) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    assert "用统一身份认证登录" in client.get("/sign-in/").content.decode()
    answer = come(client, authorised(client, next="/notices/"))
    assert signed_in(client)
    assert answer["Location"] in {"/notices/", "/account/password/set/"}
    with tenant_transaction(cast.tenants, durable=False):
        entry = AuditEntry.objects.filter(action="person.sign_in").latest("occurred_at")
    assert "identity" in entry.payload
    client.post("/sign-out/")
    assert not signed_in(client)


def test_who_is_not_linked_gets_no_account(cast: Cast, client: Client, provider: Provider) -> None:
    before = Person.objects.count()
    answer = come(client, authorised(client))
    assert not signed_in(client)
    assert "还没有关联" in told(client, answer)
    assert Person.objects.count() == before
    with tenant_transaction({NO_TENANT}, durable=False):
        assert AuditEntry.objects.filter(action="person.sign_in", outcome=AuditEntry.Outcome.REFUSED).exists()


def test_an_account_that_sleeps_stays_out(cast: Cast, client: Client, provider: Provider) -> None:
    person = cast.people["deputy"]
    link(person, issuer=provider.issuer)
    person.expires_on = clock.today() - timedelta(days=1)
    person.save(update_fields=["expires_on"])
    come(client, authorised(client))
    assert not signed_in(client)


def test_a_subject_of_another_provider_is_somebody_else(cast: Cast, client: Client, provider: Provider) -> None:
    link(cast.people["deputy"], issuer="https://other.example.cn")
    come(client, authorised(client))
    assert not signed_in(client)


def test_wrong_states_nonces_and_codes_are_refused(cast: Cast, client: Client, provider: Provider) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    good = authorised(client)
    other = authorised(Client())
    refused = [
        come(client, {}),
        come(client, {**good, "state": "x"}),
        come(client, other),  # somebody else's: this browser was not sent for it
        come(client, {"state": good["state"], "error": "access_denied"}),
        come(Client(), good),
    ]
    assert "没有成功" in told(client, refused[0])
    assert not signed_in(client)

    fresh = authorised(client)
    come(client, {**fresh, "code": "guessed"})
    assert not signed_in(client)

    fresh = authorised(client)
    session = client.session
    session[f"_state_city_{fresh['state']}"]["data"]["nonce"] = "another"
    session.save()
    come(client, fresh)
    assert not signed_in(client)

    fresh = authorised(client)
    come(client, fresh)
    assert signed_in(client)


def test_a_code_that_was_used_opens_nothing(cast: Cast, client: Client, provider: Provider) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    used = authorised(client)
    come(client, used)
    assert signed_in(client)
    client.post("/sign-out/")
    # The same press again, and the same code under a new state.
    come(client, used)
    assert not signed_in(client)
    come(client, {**authorised(client), "code": used["code"]})
    assert not signed_in(client)


def test_an_expired_token_is_refused(cast: Cast, client: Client, settings: Settings) -> None:
    with running(settings, life=timedelta(minutes=-5)) as old:
        link(cast.people["deputy"], issuer=old.issuer)
        come(client, authorised(client))
        assert not signed_in(client)


def test_a_rotated_key_needs_nothing(cast: Cast, client: Client, provider: Provider) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    come(client, authorised(client))
    assert signed_in(client)
    client.post("/sign-out/")
    provider.stop()
    provider.start()
    come(client, authorised(client))
    assert signed_in(client)


def test_a_token_signed_by_another_key_is_refused(
    cast: Cast, client: Client, provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    given = authorised(client)
    with running(settings) as impostor:
        keys = requests.get(f"{impostor.issuer}/jwks", timeout=10).json()
    settings.RENDA_OIDC = {**settings.RENDA_OIDC, "issuer": provider.issuer}
    made = identity._client

    def with_wrong_keys() -> Any:
        client = made()
        client.fetch_jwk_set = lambda force=False: keys
        return client

    monkeypatch.setattr(identity, "_client", with_wrong_keys)
    come(client, given)
    assert not signed_in(client)


def test_a_token_for_somebody_else_is_refused(
    cast: Cast, client: Client, provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(cast.people["deputy"], issuer=provider.issuer)
    given = authorised(client)
    made = identity._client()
    monkeypatch.setattr(identity, "_client", lambda: made)
    settings.RENDA_OIDC = {**settings.RENDA_OIDC, "client_id": "another-site"}
    come(client, given)
    assert not signed_in(client)


def test_a_provider_that_is_away_is_said(cast: Cast, client: Client, provider: Provider) -> None:
    provider.stop()
    assert "暂时没有应答" in told(client, client.get(BEGIN))
    provider.start()


def test_administrators_give_their_second_factor_here(cast: Cast, client: Client, provider: Provider) -> None:
    person = cast.people["audit_administrator"]
    link(person, "two.factors", issuer=provider.issuer)
    come(client, authorised(client, "two.factors"))
    assert client.get("/congress/audit/")["Location"] == "/account/second-factor/activate/"
    give_totp(person)
    again = Client()
    assert come(again, authorised(again, "two.factors"))["Location"].startswith("/account/second-factor/authenticate/")
    assert not signed_in(again)


@pytest.mark.parametrize("word", ["otp", "loa3"])
def test_unless_the_provider_says_that_it_was_given_there(
    cast: Cast, client: Client, provider: Provider, settings: Settings, word: str
) -> None:
    settings.RENDA_OIDC_SECOND_FACTOR = [word]
    person = cast.people["audit_administrator"]
    give_totp(person)
    link(person, "two.factors", issuer=provider.issuer)
    come(client, authorised(client, "two.factors"))
    assert signed_in(client)
    assert client.get("/congress/audit/").status_code == 200
    # Another of hers, who has shown one factor there, owes the second.
    other = cast.people["security_administrator"]
    link(other, issuer=provider.issuer)
    one = Client()
    come(one, authorised(one))
    assert one.get("/congress/sessions/")["Location"] == "/account/second-factor/activate/"


def test_one_links_oneself_after_a_look(cast: Cast, client: Client, provider: Provider) -> None:
    person = cast.people["deputy"]
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert come(client, authorised(client))["Location"] == "/account/identity/"
    assert not IdentityLink.objects.exists()
    assert "“张三”" in client.get("/account/identity/").content.decode()
    client.post("/account/identity/link/")
    found = IdentityLink.objects.get()
    assert (found.person_id, found.subject, found.linked_by_id) == (person.party_id, "zhang.san", person.party_id)
    # Another account cannot have the same.
    other = Client()
    other.force_login(cast.people["other_deputy"], backend="django.contrib.auth.backends.ModelBackend")
    come(other, authorised(other))
    assert "已关联到另一个账号" in told(other, other.post("/account/identity/link/"))
    client.post(f"/account/identity/{found.pk}/unlink/")
    assert not IdentityLink.objects.exists()


def test_the_office_links_whom_it_may_give_codes(cast: Cast, provider: Provider) -> None:
    office = cast.actor("business_administrator")
    identity_assign(office, cast.people["deputy"].party_id, subject=" zhang.san ")
    assert IdentityLink.objects.get().subject == "zhang.san"
    with pytest.raises(Refused):
        identity_assign(office, cast.people["other_deputy"].party_id, subject="zhang.san")
    with pytest.raises(Forbidden):
        identity_assign(office, cast.people["business_administrator"].party_id, subject="me")
    with pytest.raises((Forbidden, NotFound)):
        identity_assign(office, cast.people["audit_administrator"].party_id, subject="her")
    identity_assign(office, cast.people["deputy"].party_id, subject="")
    assert not IdentityLink.objects.exists()


@pytest.mark.parametrize(
    ("issuer", "on"),
    [("https://id.example.cn", True), ("http://id.example.cn", False), ("http://127.0.0.1:9", True), ("", False)],
)
def test_there_is_none_over_plain_http(client: Client, settings: Settings, db: None, issuer: str, on: bool) -> None:
    settings.RENDA_OIDC = {**settings.RENDA_OIDC, "issuer": issuer, "client_id": "x", "client_secret": "x"}
    assert identity.is_on() is on
    assert ("用统一身份认证登录" in client.get("/sign-in/").content.decode()) is on
    if not on:
        assert client.get(BEGIN).status_code == client.get(BACK).status_code == 404
