"""The authenticator of those who must have one: its figures open once, in whatever process, and cannot be guessed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.db import connection
from django.test import Client

from renda.congress.sign_in import FREE_TRIES
from renda.congress.tests.signing_in import PASSWORD, give_password, give_totp, press, quick, signed_in, totp_now
from renda.kernel.privacy.vault import vault
from tests.people import Cast

__all__ = ["quick"]


@pytest.mark.parametrize(
    "role", ["system_administrator", "security_administrator", "audit_administrator", "business_administrator"]
)
def test_an_administrator_must_set_up_an_authenticator_before_anything_else(
    cast: Cast, client: Client, role: str
) -> None:
    give_password(cast.people[role])
    press(client, role, PASSWORD)
    assert client.get("/congress/people/")["Location"] == "/account/second-factor/activate/"
    page = client.get("/account/second-factor/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    answer = client.post("/account/second-factor/activate/", {"code": totp_now(secret)})
    assert answer["Location"] == "/account/second-factor/recovery-codes/"
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert client.get("/account/").status_code == 200


def test_an_administrator_with_an_authenticator_needs_its_code_each_time(cast: Cast, client: Client) -> None:
    give_password(cast.people["audit_administrator"])
    secret = give_totp(cast.people["audit_administrator"])
    assert press(client, "audit_administrator", PASSWORD)["Location"] == "/account/second-factor/authenticate/"
    assert not signed_in(client)
    assert client.get("/account/second-factor/authenticate/").status_code == 200
    client.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert not signed_in(client)
    client.post("/account/second-factor/authenticate/", {"code": totp_now(secret)})
    assert signed_in(client)
    assert client.get("/account/").status_code == 200


def test_figures_of_an_authenticator_open_once(cast: Cast) -> None:
    give_password(cast.people["audit_administrator"])
    code = totp_now(give_totp(cast.people["audit_administrator"]))
    clients = [Client(), Client(REMOTE_ADDR="10.0.0.9")]
    for client in clients:
        press(client, "audit_administrator", PASSWORD)
        client.post("/account/second-factor/authenticate/", {"code": code})
    assert [signed_in(client) for client in clients] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_figures_used_in_one_process_are_used_in_all(cast: Cast) -> None:
    person = cast.people["audit_administrator"]
    code = totp_now(give_totp(person))
    assert TOTP(Authenticator.objects.get(user=person)).validate_code(code)
    elsewhere = (
        "import django; django.setup()\n"
        # However long the other process takes to begin.
        "from django.conf import settings; settings.MFA_TOTP_TOLERANCE = 20\n"
        "from allauth.mfa.models import Authenticator\n"
        "from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code\n"
        "from allauth.mfa.utils import decrypt\n"
        f"row = Authenticator.objects.get(user_id={person.pk})\n"
        f"print(validate_totp_code(decrypt(row.data['secret']), '{code}'), TOTP(row).validate_code('{code}'))\n"
    )
    url = urlsplit(os.environ["RENDA_DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    said = subprocess.run(
        [sys.executable, "-c", elsewhere],
        env={**os.environ, "RENDA_DATABASE_URL": urlunsplit(url)},
        capture_output=True,
        text=True,
        check=False,
    )
    # Right in itself, and refused because the other process has seen it.
    assert (said.stdout.split(), said.returncode) == (["True", "False"], 0), said.stderr


def test_six_figures_cannot_be_guessed(cast: Cast, client: Client) -> None:
    give_password(cast.people["audit_administrator"])
    secret = give_totp(cast.people["audit_administrator"])
    press(client, "audit_administrator", PASSWORD)
    for _ in range(FREE_TRIES):
        client.post("/account/second-factor/authenticate/", {"code": "000000"})
    answer = client.post("/account/second-factor/authenticate/", {"code": totp_now(secret)})
    assert "次数过多" in answer.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("code", [True, False], ids=["authenticator", "recovery codes"])
def test_closed_values_go_over_to_a_new_key(cast: Cast, settings: Any, tmp_path: Path, code: bool) -> None:
    settings.RENDA_DATA_DIR = tmp_path
    person = cast.people["audit_administrator"]
    if code:
        secret = give_totp(person)
    else:
        RecoveryCodes.activate(person)
        secret = RecoveryCodes(Authenticator.objects.get()).get_unused_codes()
    old = vault().active().name
    call_command("privacy", "rotate")
    call_command("privacy", "reencrypt")
    call_command("privacy", "retire", old)
    row = Authenticator.objects.get()
    assert (
        TOTP(row).validate_code(totp_now(secret)) if code else RecoveryCodes(row).get_unused_codes() == secret
    ) is True
