"""Signing in by a code that is sent to a telephone: for deputies and station managers who have proven theirs.

Nobody learns by it which numbers exist. A number that opens nothing is counted, stored and answered like one that does; only
the sending is left out (``notices.issue_code(to_nobody=True)``). Limits: a code a minute and five an hour to a number
(``notices``), and the delays of ``congress.sign_in`` for the number, the browser and the address that ask.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from renda.congress.models import SECOND_FACTOR_KINDS, Person, PostKind
from renda.congress.sign_in import claim_try
from renda.kernel import clock
from renda.kernel.errors import Invalid, TooMany
from renda.kernel.notices.api import channels_on, claim_code, people_at
from renda.kernel.parties.models import Holding

CHANNEL, PURPOSE = "sms", "sign_in"
KINDS = (PostKind.DEPUTY, PostKind.STATION_MANAGER)
WRONG = "验证码不对或已失效。请核对短信里的六位数字，或重新获取。"


def is_on() -> bool:
    """Whether this site sends short messages."""
    return CHANNEL in channels_on()


def person_at(phone: str) -> Person | None:
    """Who may sign in by this number (as ``notices.read_address`` reads it). One query, whoever it is.

    None where two people have proven the same number: a code would not say which of them it is.
    """
    people = Person.objects.filter(party_id__in=people_at(CHANNEL, phone), party__is_active=True)
    found = [
        person
        for person in people.filter(Exists(_posts(KINDS)), ~Exists(_posts(SECOND_FACTOR_KINDS)))
        if person.is_active
    ]
    return found[0] if len(found) == 1 else None


def _posts(kinds: tuple[str, ...]) -> QuerySet[Holding]:
    """What the person of the outer query holds today of these kinds."""
    today = clock.today()
    held = Holding.objects.filter(person_id=OuterRef("party_id"), post__post__kind__in=kinds, post__is_active=True)
    return held.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)


def count_asking(phone: str, *, device: str, address: str) -> None:
    """Count that a code is asked for, by number and by browser.

    Raises:
        TooMany: too often from here.
    """
    for who in (f"sms:{phone}", f"sms_device:{device}"):
        if claim_try(who, address) is None:
            raise TooMany("sign_in.too_many", "获取验证码太频繁，请过一会儿再试，也可以用登录码单上的登录码登录。")


def claim(phone: str, code: str, *, device: str, address: str) -> tuple[Person, int]:
    """Who signs in with this code, and the proof that the action uses up.

    Raises:
        TooMany: too many tries from here.
        Invalid: a wrong, used or old code, or a number that opens nothing: one sentence.
    """
    counted = [claim_try(f"sms_code:{who}", address) for who in (phone, device)]
    if None in counted:
        raise TooMany("sign_in.too_many", "尝试次数过多，请过一会儿再试，也可以用登录码单上的登录码登录。")
    person = person_at(phone)
    party_id = None if person is None else person.party_id
    proof = claim_code(purpose=PURPOSE, channel=CHANNEL, address=phone, code=code, party_id=party_id)
    if person is None or proof is None:
        raise Invalid("sign_in.sms", fields={"code": WRONG})
    for forget in counted:
        assert forget is not None
        forget()
    return person, proof.pk
