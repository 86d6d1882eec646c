"""Helpers of the tests that sign in."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from renda.congress.actions.demo import MFA
from renda.congress.models import Person
from renda.kernel.privacy.api import encrypt

PASSWORD = "correct-horse-7"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def give_password(person: Person, password: str = PASSWORD) -> None:
    person.set_password(password)
    person.save(update_fields=["password"])


def give_totp(person: Person) -> str:
    secret: str = generate_totp_secret()
    Authenticator.objects.create(user=person, type="totp", data={"secret": encrypt(secret, purpose=MFA)})
    return secret


def totp_now(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def press(client: Client, user_name: str, secret: str, **more: str) -> Any:
    return client.post("/sign-in/", {"user_name": user_name, "secret": secret, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
