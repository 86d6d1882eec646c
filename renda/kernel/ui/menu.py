"""The menu: entries that capabilities register, shown to those whose posts may use them; the figures in the head band.

menu.register(Entry("messages", "群众留言", "voice:message.list", icon="message-2", permission="message.read"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField
from django.urls import reverse

from renda.kernel import policy
from renda.kernel.tenancy.scope import current_scope, tenant_transaction

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
class Badge:
    """A figure in the head band that leads to its rows: how many of ``rows`` there are for an actor."""

    key: str
    title: str
    url_name: str
    icon: str
    rows: Callable[[Actor], QuerySet[Any]]
    order: int = 50

    @property
    def url(self) -> str:
        """Where its rows are listed."""
        return reverse(self.url_name)


_entries: dict[str, Entry] = {}
_badges: dict[str, Badge] = {}
# Counting stops here; more is shown as 999+.
MANY = 999


def register(*entries: Entry) -> None:
    """Add entries (from ``AppConfig.ready``).

    Raises:
        ValueError: the key belongs to another entry.
    """
    for entry in entries:
        if _entries.setdefault(entry.key, entry) != entry:
            raise ValueError(f"menu entry {entry.key!r} is registered twice")


def badge(one: Badge) -> None:
    """Add a figure to the head band (from ``AppConfig.ready``); one of the same key takes its place."""
    _badges[one.key] = one


def address_of(key: str) -> str:
    """Where a badge leads; "" while nobody has added it."""
    return _badges[key].url if key in _badges else ""


def counted(actor: Actor) -> list[tuple[Badge, int]]:
    """The head band's figures for a person, in one query whatever their number; none for others. Opens the scope when
    none is open.
    """
    badges = sorted(_badges.values(), key=lambda one: (one.order, one.key))
    if not badges or actor.party_id is None:
        return []
    if current_scope() is None:
        with tenant_transaction(actor.tenants):
            return counted(actor)
    # Only for whoever is signed in: the public process draws this band too, and loads no model.
    from renda.kernel.parties.models import Party

    numbers = [_number(one.rows(actor)) for one in badges]
    found = Party.objects.filter(pk=actor.party_id).values_list(*numbers).first()
    return list(zip(badges, found or [0] * len(badges), strict=True))


def _number(rows: QuerySet[Any]) -> Func:
    few = rows.order_by().values("pk")[: MANY + 1]
    return Func(ArraySubquery(few), function="cardinality", output_field=IntegerField())


def entries_for(actor: Actor, zone: Zone) -> list[Entry]:
    """The entries of a zone that the actor may use, in order."""
    mine: Iterable[Entry] = (entry for entry in _entries.values() if entry.zone == zone and entry.is_for(actor))
    return sorted(mine, key=lambda entry: (entry.order, entry.key))


def current(entries: Iterable[Entry], path: str) -> str:
    """The key of the entry whose address is the longest beginning of ``path``; empty when none is."""
    fitting = [(len(entry.url), entry.key) for entry in entries if path.startswith(entry.url)]
    return max(fitting, default=(0, ""))[1]
