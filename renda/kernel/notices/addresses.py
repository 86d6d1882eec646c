"""Where people are reached. What they have proven themselves comes first, then what others know of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from renda.kernel import clock
from renda.kernel.notices.models import PersonAddress
from renda.kernel.notices.proofs import address_key
from renda.kernel.parties.models import Holding
from renda.kernel.privacy.api import mask_email, mask_phone


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


def addresses(channels: Sequence[str], parties: Sequence[int]) -> list[tuple[str, Address]]:
    """One address of each person behind these parties by each channel, with the channel; two queries and the books'."""
    found = _proven(channels, parties)
    found += [(name, each) for name in channels for book in _books for each in book(name, list(parties))]
    first: dict[tuple[str, int, int], tuple[str, Address]] = {}
    for name, each in found:
        if each.address:
            first.setdefault((name, each.party_id, each.person_id), (name, each))
    return list(first.values())


def _proven(channels: Sequence[str], parties: Sequence[int]) -> list[tuple[str, Address]]:
    people: defaultdict[int, list[int]] = defaultdict(list)
    for person in parties:
        people[person].append(person)
    for post, person in _holders(parties):
        people[person].append(post)
    rows = PersonAddress.objects.filter(channel__in=channels, party_id__in=list(people))
    return [(row.channel, Address(party, row.party_id, row.address)) for row in rows for party in people[row.party_id]]


def _holders(parties: Sequence[int]) -> list[tuple[int, int]]:
    """(post, person) of today."""
    today = clock.today()
    held = Holding.objects.filter(post_id__in=parties, starts_on__lte=today, person__is_active=True)
    return list(held.filter(Q(ends_on=None) | Q(ends_on__gte=today)).values_list("post_id", "person_id"))


def people_at(channel: str, address: str) -> QuerySet[PersonAddress, int]:
    """The party ids of who has proven this address (``proofs.read_address``) to be hers, as a subquery."""
    rows = PersonAddress.objects.filter(channel=channel, address_key=address_key(channel, address))
    return rows.values_list("party_id", flat=True)


def masked(channel: str, address: str) -> str:
    """An address as its owner and the system administrator see it: enough to know it again."""
    match channel:
        case "sms":
            return mask_phone(address)
        case "email":
            return mask_email(address)
        case _:
            return f"{address[:2]}{'*' * 4}{address[-2:]}" if len(address) > 6 else "*" * len(address)
