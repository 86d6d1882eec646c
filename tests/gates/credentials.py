"""What the deputy signs in with besides a password: a token, a passkey, an identity elsewhere, a code on its way."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator

from renda.congress.models import AccessToken, IdentityLink, Person
from renda.congress.sms_codes import PURPOSE
from renda.congress.tokens import token_hash
from renda.kernel import clock
from renda.kernel.notices import proofs

TOKEN = "renda_deputy"
ISSUER = "http://127.0.0.1:9"  # nobody answers there
# A passkey as Chromium has registered it.
_PASSKEY = json.loads(Path(__file__).with_name("passkey.json").read_text())


def give(person: Person) -> dict[str, Any]:
    """Each of them, by name."""
    now, key = clock.now(), person.party_id
    passkey = {"name": "办公室电脑", "credential": _PASSKEY}
    return {
        "token": AccessToken.objects.create(
            person=person,
            name="统计大屏",
            token_hash=token_hash(TOKEN),
            made_at=now,
            expires_at=now + timedelta(days=7),
        ),
        "passkey": Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=passkey),
        "identity": IdentityLink.objects.create(
            person=person, issuer=ISSUER, subject="zhang.san", linked_by_id=key, linked_at=now
        ),
        "sms_proof": proofs.note(purpose=PURPOSE, channel="sms", address="13800001111", party_id=key),
    }
