"""The check behind the sign-in page: a password or a printed one-use code, and a lock that spares the owner.

Failed tries are counted for the pair of account and address (guessing from one place gets slower and slower, the
owner elsewhere notices nothing), and for an address that tries many accounts. While a pair is locked its
one-use codes still open, and so does the password beside a valid code of the authenticator. Every refusal costs one
password hash and says the same sentence, so nobody learns which accounts exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest

from renda.congress.models import Person, SignInCode, SignInLock
from renda.kernel import clock
from renda.kernel.addresses import network_of
from renda.kernel.codes.api import ALPHABET
from renda.kernel.errors import Invalid
from renda.kernel.ids import new_id
from renda.kernel.privacy.api import fingerprint

FREE_TRIES = 5
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)
# Accounts that may fail from one address within an hour before it is locked whole (an office behind one address).
ACCOUNTS_AN_ADDRESS = 50
CODE_LENGTH = 12  # characters of the alphabet of 32: 60 bits
CODE_PURPOSE = "sign_in.code"
REFUSED = "用户名、密码或登录码不对，或者尝试次数过多。请核对后稍候再试，也可以用一次性登录码登录。"

Method = Literal["password", "one_use_code", "sms_code", "identity"]


@dataclass(frozen=True)
class Checked:
    """Who has shown by what that she is herself."""

    person: Person
    method: Method
    code: SignInCode | None = None


def check(request: HttpRequest, *, user_name: str, secret: str, totp: str = "", address: str) -> Checked:
    """The person who may sign in.

    A one-use code is found, not yet used up: the caller does that by its action.

    Raises:
        Invalid: always the same sentence.
    """
    keys = _keys(user_name.strip().lower(), address)
    free = _claim(*keys)
    if (code := _one_use_code(user_name, secret)) is not None and code.person.is_active:
        return Checked(code.person, "one_use_code", code)
    found = authenticate(request, username=user_name.strip(), password=secret)
    if isinstance(found, Person) and (free or _has_second_factor(found, totp)):
        _forget(*keys)
        return Checked(found, "password")
    raise Invalid("sign_in.refused", REFUSED)


def claim_second_factor(person: Person, address: str) -> Callable[[], None]:
    """Count a try of the second factor (six figures can be guessed); call what comes back when it was right.

    Raises:
        Invalid: too many tries from this address; a recovery code or another address still work.
    """
    right = claim_try(f"second_factor:{person.party_id}", address)
    if right is None:
        raise Invalid("sign_in.second_factor", "动态码尝试次数过多，请稍候再试。")
    return right


def claim_try(who: str, address: str) -> Callable[[], None] | None:
    """Count a try by a name (``sms:138…``) from an address before it is made; None while locked.

    What comes back forgets the tries: called when it was right.
    """
    keys = _keys(who, address)
    return (lambda: _forget(*keys)) if _claim(*keys) else None


def _keys(account: str, address: str) -> tuple[str, str]:
    place = network_of(address)
    return fingerprint(account, purpose="sign_in.account"), fingerprint(place, purpose="sign_in.address")


def _forget(account_key: str, address_key: str) -> None:
    SignInLock.objects.filter(account_key=account_key, address_key=address_key).delete()


def _claim(account_key: str, address_key: str) -> bool:
    """Count this try before it is made (so that tries side by side are counted too); False while locked."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO congress_signinlock AS lock
                   (id, account_key, address_key, failures, last_failed_at, blocked_until)
            VALUES (%(id)s, %(account)s, %(address)s, 1, %(now)s, %(now)s)
            ON CONFLICT (account_key, address_key) DO UPDATE SET
                failures = CASE WHEN lock.last_failed_at < %(forgotten)s THEN 1 ELSE lock.failures + 1 END,
                last_failed_at = %(now)s,
                blocked_until = CASE WHEN lock.last_failed_at >= %(forgotten)s AND lock.failures + 1 >= %(free)s
                    THEN %(now)s + make_interval(secs => least(%(first)s * 2 ^ least(lock.failures + 1 - %(free)s, 20), %(longest)s))
                    ELSE %(now)s END
                WHERE lock.blocked_until <= %(now)s
            RETURNING failures
            """,
            {
                "id": new_id(), "account": account_key, "address": address_key, "now": now,
                "forgotten": now - FORGET_AFTER, "free": FREE_TRIES,
                "first": FIRST_DELAY.total_seconds(), "longest": LONGEST_DELAY.total_seconds(),
            },
        )  # fmt: skip
        if cursor.fetchone() is None:
            return False
    return _accounts_tried(address_key, now) < ACCOUNTS_AN_ADDRESS


def _accounts_tried(address_key: str, now: datetime) -> int:
    return SignInLock.objects.filter(address_key=address_key, last_failed_at__gte=now - timedelta(hours=1)).count()


def _one_use_code(user_name: str, secret: str) -> SignInCode | None:
    text = read_code(secret)
    if text is None:
        return None
    rows = SignInCode.objects.filter(
        person__user_name=user_name.strip(),
        code_hash=code_hash(text),
        used_at__isnull=True,
        revoked_at__isnull=True,
        expires_at__gt=clock.now(),
    )
    return rows.select_related("person__party").first()


def read_code(text: str) -> str | None:
    """A one-use code as somebody typed it (small letters, blanks, hyphens), None when it has not its form."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if len(code) == CODE_LENGTH and all(letter in ALPHABET for letter in code) else None


def code_hash(code: str) -> str:
    """The keyed hash under which a one-use code is stored."""
    return fingerprint(code, purpose=CODE_PURPOSE)


def _has_second_factor(person: Person, totp: str) -> bool:
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    return bool(row and totp and validate_totp_code(decrypt(row.data["secret"]), totp.strip()))
