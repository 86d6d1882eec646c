"""Telling people: rows of the action's own transaction, one INSERT however many are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models

from renda.kernel.actions.api import Context
from renda.kernel.notices.addresses import addresses
from renda.kernel.notices.channels import channels_on
from renda.kernel.notices.kinds import KINDS, is_urgent
from renda.kernel.notices.models import Delivery, Notice, Preference
from renda.kernel.notices.timing import quiet_hours
from renda.kernel.parties.models import Party
from renda.kernel.privacy.api import clean_text, fingerprint

INBOX = "inbox"
_LONGEST = 200

_suppressed: ContextVar[bool] = ContextVar("renda_notices_suppressed", default=False)


@contextmanager
def suppress() -> Iterator[None]:
    """Nobody is told anything inside (replayed history, imports); ``action.quietly()`` does the same for one action."""
    token = _suppressed.set(True)
    try:
        yield
    finally:
        _suppressed.reset(token)


@dataclass(frozen=True)
class _Told:
    parties: tuple[int, ...]
    kind: str
    title: str
    body: str
    url: str
    subject: models.Model | None


def send(
    ctx: Context,
    party_ids: Iterable[int],
    title: str,
    body: str = "",
    url: str = "",
    *,
    kind: str,
    subject: models.Model | None = None,
) -> None:
    """Put a notice into each party's inbox at the flush, and on its way through the channels it wants.

    ``title`` leaves the house by e-mail and SMS: it names the matter, never a constituent. ``url`` is an address of this
    house. The same notice to the same party is told once an act.

    Raises:
        KeyError: nobody registered the kind.
        ValueError: ``url`` leads elsewhere.
    """
    KINDS[kind]
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"a notice leads to an address of this house, not to {url!r}")
    if ctx.quiet or _suppressed.get():
        return
    parties = tuple(dict.fromkeys(party_ids))
    if parties:
        short = clean_text(title, one_line=True)
        short = short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
        told = _Told(parties, kind, short, clean_text(body), url, subject)
        ctx.collect("notices", told, _write, first=True)


def _write(ctx: Context, items: list[Any]) -> None:
    told: list[_Told] = items
    everybody = {party for each in told for party in each.parties}
    tenants: dict[int, int] = dict(
        Party.objects.filter(pk__in=everybody, is_active=True, tenant__isnull=False).values_list("pk", "tenant_id")
    )
    optional = {each.kind for each in told if not KINDS[each.kind].is_required}
    unwanted = _unwanted(optional, everybody)
    notices: dict[object, Notice] = {}
    for each in told:
        for party in each.parties:
            if party in tenants and (party, each.kind, INBOX) not in unwanted:
                same = (party, each.kind, each.title, each.body, each.url, each.subject)
                notices.setdefault(same, _notice(ctx, each, party, tenants[party]))
    ctx.insert(*notices.values())
    ctx.insert(*_deliveries(ctx, list(notices.values())))
    ctx.emit(*(f"party:{notice.party_id}" for notice in notices.values()))


def _notice(ctx: Context, told: _Told, party: int, tenant: int) -> Notice:
    subject = told.subject
    return Notice(
        tenant_id=tenant,
        party_id=party,
        kind=told.kind,
        title=told.title,
        body=told.body,
        url=told.url,
        subject_type=subject._meta.label if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        created_at=ctx.now,
    )


def _unwanted(kinds: set[str], parties: Iterable[int]) -> set[tuple[int, str, str]]:
    """(party, kind, channel) turned off; no query where there is nothing to ask."""
    if not kinds:
        return set()
    rows = Preference.objects.filter(party_id__in=list(parties), kind__in=kinds, is_wanted=False)
    return set(rows.values_list("party_id", "kind", "channel"))


def _deliveries(ctx: Context, notices: list[Notice]) -> Iterator[Delivery]:
    """Who is called by which channel: each address once, though she be told as herself and as holder of a post."""
    by_party: defaultdict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_party[notice.party_id].append(notice)
    names = channels_on() if by_party else []
    found = addresses(names, list(by_party)) if names else []
    if not found:
        return
    people = {each.person_id for _, each in found}
    unwanted = _unwanted({notice.kind for notice in notices}, people)
    quiet = quiet_hours(people)
    called: set[tuple[str, str]] = set()
    for channel, each in found:
        for notice in by_party[each.party_id]:
            key = fingerprint(f"{each.address}\n{notice.title}\n{notice.url}", purpose="notice.same")
            if (each.person_id, notice.kind, channel) in unwanted or (channel, key) in called:
                continue
            called.add((channel, key))
            yield Delivery(
                tenant_id=notice.tenant_id,
                notice=notice,
                person_id=each.person_id,
                channel=channel,
                address=each.address,
                same_key=key,
                next_at=ctx.now if is_urgent(notice.kind) else quiet[each.person_id].after(ctx.now),
            )
