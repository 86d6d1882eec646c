"""Signing in: passwords, one-use codes, a lock that spares the owner, and the trail of all of it."""

import time
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from renda.congress.actions.sign_in import person_invite, session_end, sign_in_code_use
from renda.congress.middleware import SEEN
from renda.congress.models import Person, SignInCode, SignInLock
from renda.congress.sign_in import FREE_TRIES, REFUSED
from renda.congress.tests.signing_in import PASSWORD, give_password, give_totp, press, quick, signed_in, totp_now
from renda.kernel import clock
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

__all__ = ["quick"]

NOW = datetime(2026, 9, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def trail(cast: Cast, action: str) -> list[str]:
    with tenant_transaction([0, *cast.tenants], durable=False):
        return list(AuditEntry.objects.filter(action=action).order_by("id").values_list("outcome", flat=True))


def test_a_password_signs_in_and_leads_to_the_bench(cast: Cast, client: Client) -> None:
    give_password(cast.people["case_officer"])
    answer = press(client, "case_officer", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/bench/")
    assert signed_in(client)
    assert trail(cast, "person.sign_in") == ["done"]


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_hear_the_same(cast: Cast, client: Client) -> None:
    give_password(cast.people["case_officer"])
    give_password(cast.people["deputy"])
    party = cast.people["deputy"].party
    party.is_active = False
    party.save()
    pages = []
    for name, secret in (("case_officer", "wrong"), ("nobody-here", PASSWORD), ("deputy", PASSWORD), ("stranger", "!")):
        answer = press(client, name, secret)
        assert answer.status_code == 422
        assert REFUSED in answer.content.decode()
        pages.append(len(answer.content) - len(name))
    assert max(pages) - min(pages) <= 40  # the token of the form differs, the sentence does not
    assert not signed_in(client)
    assert trail(cast, "person.sign_in") == ["refused"] * 4


def test_the_trail_keeps_no_password(cast: Cast, client: Client) -> None:
    press(client, "case_officer", "my-secret-word")
    with tenant_transaction([0, *cast.tenants], durable=False):
        assert "my-secret-word" not in " ".join(AuditEntry.objects.values_list("payload", flat=True))


def test_after_five_failures_the_address_waits_but_the_owner_elsewhere_does_not(cast: Cast, client: Client) -> None:
    give_password(cast.people["case_officer"])
    with clock.frozen(NOW):
        for _ in range(FREE_TRIES):
            press(client, "case_officer", "wrong")
        assert press(client, "case_officer", PASSWORD).status_code == 422
        owner = Client(REMOTE_ADDR="10.0.0.9")
        press(owner, "case_officer", PASSWORD)
        assert signed_in(owner)
    with clock.frozen(NOW + timedelta(seconds=31)):
        press(client, "case_officer", PASSWORD)
        assert signed_in(client)


def test_the_delay_doubles_up_to_a_quarter_of_an_hour(cast: Cast, client: Client) -> None:
    at, delays = NOW, []
    for _ in range(12):
        with clock.frozen(at):
            press(client, "case_officer", "wrong")
        lock = SignInLock.objects.get()
        delays.append(int((lock.blocked_until - at).total_seconds()))
        at = max(at, lock.blocked_until) + timedelta(seconds=1)
    assert delays == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_locked_owner_gets_in_with_a_one_use_code_or_with_the_authenticator(cast: Cast, client: Client) -> None:
    officer, head = cast.people["case_officer"], cast.people["handler_head"]
    for person in (officer, head):
        give_password(person)
    secret = give_totp(head)
    (code,) = person_invite(cast.actor("county_clerk"), officer.party_id).codes
    with clock.frozen(NOW):
        for name in ("case_officer", "handler_head"):
            for _ in range(FREE_TRIES):
                press(client, name, "wrong")
            assert press(client, name, PASSWORD).status_code == 422
    press(client, "case_officer", code)
    assert signed_in(client)
    other = Client()
    with clock.frozen(NOW):
        assert press(other, "handler_head", PASSWORD, totp="000000").status_code == 422
        answer = press(other, "handler_head", PASSWORD, totp=totp_now(secret))
    assert answer["Location"].endswith("/second-factor/authenticate/")


def test_fifty_accounts_from_one_address_lock_it(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renda.congress.sign_in.ACCOUNTS_AN_ADDRESS", 3)
    give_password(cast.people["case_officer"])
    for number in range(3):
        press(client, f"guess{number}", "wrong")
    assert press(client, "case_officer", PASSWORD).status_code == 422
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    press(elsewhere, "case_officer", PASSWORD)
    assert signed_in(elsewhere)


def test_a_forged_address_is_no_other_place(cast: Cast, settings: Any) -> None:
    """Whoever guesses cannot get new tries by a header, nor lock somebody else's address by it."""
    give_password(cast.people["case_officer"])
    with clock.frozen(NOW):
        for number in range(FREE_TRIES):
            press(Client(headers={"X-Forwarded-For": f"198.51.100.{number}"}), "case_officer", "wrong")
        for header in ({}, {"X-Forwarded-For": "198.51.100.99"}):
            assert press(Client(headers=header), "case_officer", PASSWORD).status_code == 422
        # The same connection, once its proxy is named: the browser before it is another place.
        settings.RENDA_TRUSTED_PROXIES = [ip_network("127.0.0.1")]
        for forged in ("198.51.100.99", "1.1.1.1, 198.51.100.99"):
            client = Client(headers={"X-Forwarded-For": forged})
            press(client, "case_officer", PASSWORD)
            assert signed_in(client)


def test_the_addresses_of_one_subscriber_are_one_place(cast: Cast) -> None:
    give_password(cast.people["case_officer"])
    with clock.frozen(NOW):
        for number in range(FREE_TRIES):
            press(Client(REMOTE_ADDR=f"2001:db8:0:1::{number}"), "case_officer", "wrong")
        assert press(Client(REMOTE_ADDR="2001:db8:0:1::ffff"), "case_officer", PASSWORD).status_code == 422
        owner = Client(REMOTE_ADDR="2001:db8:0:2::1")
        press(owner, "case_officer", PASSWORD)
        assert signed_in(owner)


def test_a_one_use_code_signs_in_once_and_offers_a_password(cast: Cast, client: Client) -> None:
    (code,) = person_invite(cast.actor("presidium_clerk"), cast.people["deputy"].party_id).codes
    typed = f"{code[:4].lower()} {code[4:8]}-{code[8:]}"
    answer = press(client, "deputy", typed)
    assert answer["Location"] == "/account/password/set/"
    assert signed_in(client)
    again = Client()
    assert press(again, "deputy", code).status_code == 422
    assert not signed_in(again)
    assert code not in str(list(SignInCode.objects.values()))


def test_a_code_expires_and_is_withdrawn_by_the_next(cast: Cast, client: Client) -> None:
    deputy, clerk = cast.people["deputy"], cast.actor("presidium_clerk")
    with clock.frozen(NOW - timedelta(days=61)):
        (old,) = person_invite(clerk, deputy.party_id).codes
    with clock.frozen(NOW):
        assert press(client, "deputy", old).status_code == 422
        (first,) = person_invite(clerk, deputy.party_id).codes
        person_invite(clerk, deputy.party_id, count=2)
        assert press(client, "deputy", first).status_code == 422
    assert not signed_in(client)


def test_a_used_code_is_refused_by_the_action_too(cast: Cast) -> None:
    person_invite(cast.actor("presidium_clerk"), cast.people["deputy"].party_id)
    row = SignInCode.objects.get()
    sign_in_code_use(Actor.public([0]), row.id)
    with pytest.raises(Refused):
        sign_in_code_use(Actor.public([0]), row.id)


def test_a_code_of_one_does_not_open_the_account_of_another(cast: Cast, client: Client) -> None:
    (code,) = person_invite(cast.actor("presidium_clerk"), cast.people["deputy"].party_id).codes
    assert press(client, "other_deputy", code).status_code == 422
    press(client, "deputy", code)
    assert signed_in(client)


@pytest.mark.parametrize(
    ("role", "error"),
    [
        ("constituent", NotFound),
        ("deputy", NotFound),
        ("stranger", NotFound),
        ("other_township_clerk", NotFound),
        ("presidium_vetter", Forbidden),
        ("security_administrator", Forbidden),
        ("system_administrator", Forbidden),
    ],
)
def test_only_the_office_of_her_congress_invites_a_person(cast: Cast, role: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        person_invite(cast.actor(role), cast.people["other_deputy"].party_id)
    assert not SignInCode.objects.exists()


def test_nobody_invites_herself_nor_a_disabled_account_nor_with_a_thousand_codes(cast: Cast) -> None:
    clerk = cast.people["presidium_clerk"]
    with pytest.raises(Forbidden):
        person_invite(cast.actor("presidium_clerk"), clerk.party_id)
    with pytest.raises(Invalid):
        person_invite(cast.actor("presidium_clerk"), cast.people["deputy"].party_id, count=1000)
    cast.people["deputy"].party.is_active = False
    cast.people["deputy"].party.save()
    with pytest.raises(Refused):
        person_invite(cast.actor("presidium_clerk"), cast.people["deputy"].party_id)
    assert not SignInCode.objects.exists()


def test_a_browser_that_rests_is_signed_out(cast: Cast, client: Client, settings: Any) -> None:
    give_password(cast.people["deputy"])
    press(client, "deputy", PASSWORD)
    assert client.get("/account/").status_code == 200
    session = client.session
    session["renda_seen"] -= settings.RENDA_IDLE_SECONDS + 1
    session.save()
    assert client.get("/account/")["Location"] == "/sign-in/?rested=1"
    assert not signed_in(client)


def test_a_clock_that_was_set_back_signs_nobody_out(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    press(client, "deputy", PASSWORD)
    for ahead in (3600, 365 * 24 * 3600):
        session = client.session
        session[SEEN] = int(time.time()) + ahead
        session.save()
        assert client.get("/account/").status_code == 200


def test_asking_again_in_the_background_is_no_sign_of_life(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    press(client, "deputy", PASSWORD)
    client.get("/account/")
    session = client.session
    session["renda_seen"] -= 600
    session.save()
    client.get("/account/", headers={"X-Renda-Background": "1"})
    assert client.session["renda_seen"] == session["renda_seen"]
    client.get("/account/")
    assert client.session["renda_seen"] > session["renda_seen"]


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    other = Client()
    for one in (client, other):
        press(one, "deputy", PASSWORD)
    given = {"oldpassword": PASSWORD, "password1": "brand-new-word-9", "password2": "brand-new-word-9"}
    assert client.post("/account/password/change/", given).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert trail(cast, "person.set_password") == ["done"]


def test_a_weak_password_is_refused_where_it_was_typed(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    press(client, "deputy", PASSWORD)
    given = {"oldpassword": PASSWORD, "password1": "123456", "password2": "123456"}
    assert client.post("/account/password/change/", given).status_code == 200
    assert Person.objects.get(user_name="deputy").check_password(PASSWORD)


def test_sessions_are_ended_by_their_owner_and_the_security_administrator_only(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    sessions = []
    for address in ("10.0.0.1", "10.0.0.2"):
        press(Client(REMOTE_ADDR=address), "deputy", PASSWORD)
        sessions.append(UserSession.objects.latest("pk").pk)
    for role in ("other_deputy", "business_administrator", "presidium_clerk", "system_administrator", "constituent"):
        with pytest.raises(NotFound):
            session_end(cast.actor(role), sessions[0])
    assert UserSession.objects.count() == 2
    session_end(cast.actor("deputy"), sessions[0])
    session_end(cast.actor("security_administrator"), sessions[1])
    assert UserSession.objects.count() == 0


def test_a_person_without_any_post_can_sign_in_and_see_nothing_of_others(cast: Cast, client: Client) -> None:
    Holding.objects.filter(person_id=cast.people["case_officer"].party_id).delete()
    give_password(cast.people["case_officer"])
    press(client, "case_officer", PASSWORD)
    assert "没有岗位" in client.get("/account/").content.decode()


def test_signing_out_ends_the_session_and_is_noted(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    press(client, "deputy", PASSWORD)
    assert client.get("/sign-out/").status_code == 200
    assert signed_in(client)
    client.post("/sign-out/")
    assert not signed_in(client)
    assert trail(cast, "person.sign_out") == ["done"]


@pytest.mark.parametrize("url", ["/account/", "/account/password/change/", "/account/second-factor/activate/"])
def test_without_sign_in_an_account_page_leads_to_it(db: None, client: Client, url: str) -> None:
    assert client.get(url)["Location"].startswith("/sign-in/")


def test_nobody_signs_up(db: None, client: Client) -> None:
    assert client.get("/account/signup/").status_code == 404


def test_next_never_leads_to_another_site(cast: Cast, client: Client) -> None:
    give_password(cast.people["deputy"])
    answer = press(client, "deputy", PASSWORD, next="https://evil.example/")
    assert answer["Location"] == "/bench/"
