"""Where people are reached outside the house: what this capability knows for the channels of ``kernel.notices``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.db.models import Q

from renda.congress.models import Person
from renda.kernel import clock
from renda.kernel.notices.api import Address
from renda.kernel.parties.models import Holding

# Landlines take no short messages, and the numbers of generated people (101…) belong to nobody.
_MOBILE = re.compile(r"1[3-9]\d{9}")


def _mobile(person: Person) -> str:
    return person.phone if _MOBILE.fullmatch(person.phone) else ""


_KNOWN: dict[str, Callable[[Person], str]] = {"email": lambda person: person.email, "sms": _mobile}


def addresses_of(channel: str, parties: list[int]) -> Iterator[Address]:
    """The addresses, for a channel, of people and of those who hold a post today. Two queries; none for what is unknown."""
    known = _KNOWN.get(channel)
    if known is None:
        return
    today = clock.today()
    held = Holding.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), post_id__in=parties, starts_on__lte=today
    )
    behind = [(party, party) for party in parties] + list(held.values_list("post_id", "person_id"))
    people = Person.objects.filter(party_id__in={person for _, person in behind}, party__is_active=True).defer(None)
    found = {person.party_id: known(person) for person in people if person.is_active}
    for party, person_id in behind:
        if address := found.get(person_id):
            yield Address(party, person_id, address)
