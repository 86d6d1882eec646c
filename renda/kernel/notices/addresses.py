"""Where people are reached. What they have proven themselves comes first, then what others know of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from renda.kernel import clock
from renda.kernel.notices.models import PersonAddress
from renda.kernel.parties.models import Holding


@dataclass(frozen=True)
class Address:
    """Where a person who is, or holds, ``party_id`` is reached by a channel."""

    party_id: int
    person_id: int
    address: str


AddressBook = Callable[[str, list[int]], Iterable[Address]]
_books: list[AddressBook] = []


def register_addresses(book: AddressBook) -> None:
    """Register who knows addresses: it takes a channel's name and party ids (persons and posts)."""
    if book not in _books:
        _books.append(book)


def addresses(channel: str, parties: Sequence[int]) -> list[Address]:
    """One address of each person behind these parties, by this channel; persons without one are left out."""
    found = [*_proven(channel, parties), *(each for book in _books for each in book(channel, list(parties)))]
    first: dict[tuple[int, int], Address] = {}
    for each in found:
        if each.address:
            first.setdefault((each.party_id, each.person_id), each)
    return list(first.values())


def _proven(channel: str, parties: Sequence[int]) -> list[Address]:
    people: defaultdict[int, list[int]] = defaultdict(list)
    for person in parties:
        people[person].append(person)
    for post, person in _holders(parties):
        people[person].append(post)
    rows = PersonAddress.objects.filter(channel=channel, party_id__in=list(people))
    return [Address(party, row.party_id, row.address) for row in rows for party in people[row.party_id]]


def _holders(parties: Sequence[int]) -> list[tuple[int, int]]:
    """(post, person) of today."""
    today = clock.today()
    held = Holding.objects.filter(post_id__in=parties, starts_on__lte=today, person__is_active=True)
    return list(held.filter(Q(ends_on=None) | Q(ends_on__gte=today)).values_list("post_id", "person_id"))
