"""The menu: entries that capabilities register, shown to those whose posts may use them.

menu.register(Entry("messages", "群众留言", "voice:message.list", icon="message-2", permission="message.read"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.urls import reverse

from renda.kernel import policy
from renda.kernel.tenancy.scope import current_scope, tenant_transaction

if TYPE_CHECKING:
    from renda.kernel.parties import Actor

Zone = Literal["inner", "public"]


@dataclass(frozen=True)
class Entry:
    """One menu entry. Shown when the actor holds ``permission`` in a tenant of hers and ``visible`` says yes."""

    key: str
    title: str
    url_name: str
    icon: str
    order: int = 50
    zone: Zone = "inner"
    permission: str = ""
    visible: Callable[[Actor], bool] | None = None

    @property
    def url(self) -> str:
        """Its address, in its own zone."""
        return reverse(self.url_name, urlconf=settings.RENDA_PUBLIC_URLCONF if self.zone == "public" else None)

    def is_for(self, actor: Actor) -> bool:
        """Whether this actor sees the entry."""
        if self.permission and not policy.may(actor, self.permission, None):
            return False
        return self.visible is None or self.visible(actor)


@dataclass(frozen=True)
class ToDo:
    """The 待办 badge: where it leads and how many there are for an actor."""

    url_name: str
    count: Callable[[Actor], int]


_entries: dict[str, Entry] = {}
_to_do: list[ToDo] = []


def register(*entries: Entry) -> None:
    """Add entries (from ``AppConfig.ready``).

    Raises:
        ValueError: the key belongs to another entry.
    """
    for entry in entries:
        if _entries.setdefault(entry.key, entry) != entry:
            raise ValueError(f"menu entry {entry.key!r} is registered twice")


def set_to_do(url_name: str, count: Callable[[Actor], int]) -> None:
    """Name the page of to-dos and the function that counts them (one query)."""
    _to_do[:] = [ToDo(url_name, count)]


def to_do() -> ToDo | None:
    """The badge, once somebody has named it."""
    return _to_do[0] if _to_do else None


def count_to_do(actor: Actor) -> int | None:
    """How many to-dos wait for the actor; None where nothing counts them. Opens the scope when none is open."""
    badge = to_do()
    if badge is None or actor.party_id is None:
        return None
    if current_scope() is not None:
        return badge.count(actor)
    with tenant_transaction(actor.tenants):
        return badge.count(actor)


def entries_for(actor: Actor, zone: Zone) -> list[Entry]:
    """The entries of a zone that the actor may use, in order."""
    mine: Iterable[Entry] = (entry for entry in _entries.values() if entry.zone == zone and entry.is_for(actor))
    return sorted(mine, key=lambda entry: (entry.order, entry.key))


def current(entries: Iterable[Entry], path: str) -> str:
    """The key of the entry whose address is the longest beginning of ``path``; empty when none is."""
    fitting = [(len(entry.url), entry.key) for entry in entries if path.startswith(entry.url)]
    return max(fitting, default=(0, ""))[1]
