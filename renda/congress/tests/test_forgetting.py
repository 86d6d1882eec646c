"""What signing in leaves behind goes when its time is over, and not before: as the page 个人信息 says."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.test import Client

from renda.congress.jobs import forget_old_sign_ins
from renda.congress.models import AccessToken, SignInCode
from renda.kernel import clock
from tests.people import Cast


def test_codes_and_tokens_go_a_week_after_they_are_over(cast: Cast) -> None:
    now, person = clock.now(), cast.people["deputy"]
    long_ago, later = now - timedelta(days=8), now + timedelta(days=8)
    ends = {
        "runs": {"expires_at": later},
        "just over": {"expires_at": now - timedelta(days=6)},
        "long over": {"expires_at": long_ago},
        "revoked long ago": {"expires_at": later, "revoked_at": long_ago},
    }
    for name, end in ends.items():
        AccessToken.objects.create(person=person, name=name, token_hash=name, made_at=long_ago, **end)
    codes = {**ends, "used long ago": {"expires_at": later, "used_at": long_ago}}
    for name, end in codes.items():
        SignInCode.objects.create(
            person=person, code_hash=name, issued_by_id=person.party_id, issued_at=long_ago, **end
        )
    forget_old_sign_ins(0)
    assert set(AccessToken.objects.values_list("name", flat=True)) == {"runs", "just over"}
    assert set(SignInCode.objects.filter(person=person).values_list("code_hash", flat=True)) == {"runs", "just over"}


def test_what_is_known_of_a_session_goes_with_it(cast: Cast) -> None:
    person, known = cast.people["deputy"], {"ip": "10.0.0.7", "user_agent": "手机"}
    browser = Client()
    browser.force_login(person)
    UserSession.objects.update_or_create(session_key=browser.session.session_key, defaults={"user": person, **known})
    UserSession.objects.create(user=person, session_key="ended", **known)
    forget_old_sign_ins(0)
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [browser.session.session_key]
