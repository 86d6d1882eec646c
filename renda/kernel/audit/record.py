"""Writing the trail: one entry an act, in the act's own transaction; a refusal's after the rollback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import models

from renda.kernel import clock
from renda.kernel.audit.chain import canonical, entry_hash
from renda.kernel.audit.models import NO_TENANT, AuditEntry
from renda.kernel.errors import RendaError
from renda.kernel.parties import Actor
from renda.kernel.privacy.api import fingerprint, redact
from renda.kernel.storing import insert_rows
from renda.kernel.tenancy import tenant_transaction

LONGEST = 200  # characters of a text that the trail keeps as they are
ONCE = "audit_once"  # the unique constraint on an action and a key
ASKED = "asked"  # where an entry's payload keeps the digest of a press's arguments


@dataclass(frozen=True, slots=True)
class Press:
    """A press under an idempotency key: the key as it is stored, and a digest of what was asked for."""

    key: str
    asked: str

    @classmethod
    def of(cls, key: str, given: Mapping[str, Any]) -> Press:
        """``given`` as it is before the work, which may change rows in it. Keyed: it may hold a telephone number."""
        return cls(stored_key(key), fingerprint(canonical(_compared(given)), purpose="audit.asked"))


def stored_key(key: str) -> str:
    """A browser may send any text for a key; its digest always fits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _compared(value: Any) -> Any:
    """What tells two presses apart: stored rows by name, new rows (an uploaded file) by content, not by their new id."""
    match value:
        case models.Model() if value._state.adding:
            fields = [field for field in value._meta.concrete_fields if not field.primary_key]
            return [value._meta.label, {field.attname: _compared(getattr(value, field.attname)) for field in fields}]
        case Mapping():
            return {str(key): _compared(item) for key, item in value.items()}
        case list() | tuple():
            return [_compared(item) for item in value]
        case set() | frozenset():
            return sorted((_compared(item) for item in value), key=str)
        case models.Model():
            return f"{value._meta.label}:{value.pk}"
        case _:
            return value


class Work(Protocol):
    """What the trail needs of the gate's context."""

    actor: Actor
    now: datetime
    details: dict[str, Any]

    def insert(self, *rows: models.Model) -> None: ...


def kept(value: Any, *, private: bool = False) -> Any:
    """What the trail keeps of an argument: scalars as they are, rows by name, private and long text as a digest.

    A short text (a reason, a note) is kept in words, but for the personal data that somebody may have typed into it.
    """
    if private and value not in (None, "", [], ()):
        # Keyed: all telephone numbers there are can be tried against a plain hash in minutes.
        return {"digest": fingerprint(repr(value), purpose="audit.private")}
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return redact(value) if len(value) <= LONGEST else kept(value, private=True)
        case date():
            return value.isoformat()
        case models.Model():
            return f"{value._meta.label}:{value.pk}"
        case Mapping():
            return {str(key): kept(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [kept(item) for item in value]
        case _:
            return kept(str(value), private=True)


def _entry(
    actor: Actor, action: str, subject: object, payload: Mapping[str, Any], private: Collection[str], at: datetime
) -> AuditEntry:
    match subject:
        case models.Model():
            label, pk, tenant = subject._meta.label, subject.pk, getattr(subject, "tenant_id", None)
        case (str() as label, pk):
            tenant = None
        case _:
            label, pk, tenant = "", None, None
    if tenant is None:
        tenant = actor.home_tenant
    said = {key: kept(value, private=key in private) for key, value in payload.items()}
    if actor.posts:
        said["posts"] = [post.post_id for post in actor.posts]
    return AuditEntry(
        tenant_id=tenant if tenant is not None else NO_TENANT,
        action=action,
        outcome=AuditEntry.Outcome.DONE,
        actor_kind=actor.kind,
        actor_id=actor.party_id,
        subject_type=label,
        subject_id=pk,
        payload=canonical(said),
        occurred_at=at,
    )


def done(
    ctx: Work, action: str, subject: object, given: Mapping[str, Any], *, private: Collection[str], press: Press | None
) -> None:
    """Add the entry of a finished act to the unit of work."""
    asked = {ASKED: press.asked} if press is not None else {}
    entry = _entry(ctx.actor, action, subject, {**given, **ctx.details, **asked}, private, ctx.now)
    entry.once = press.key if press is not None else None
    entry.payload_hash = entry_hash(entry)
    ctx.details.clear()
    ctx.insert(entry)


def refused(
    actor: Actor, action: str, error: RendaError, subject: object, given: Mapping[str, Any], *, private: Collection[str]
) -> None:
    """Write a refusal in a transaction of its own."""
    entry = _entry(actor, action, subject, given, private, clock.now())
    entry.outcome, entry.code = AuditEntry.Outcome.REFUSED, error.code
    entry.payload_hash = entry_hash(entry)
    with tenant_transaction({*actor.tenants, entry.tenant_id}):
        insert_rows(AuditEntry, [entry])


def subjects_of(action: str, keys: Iterable[str]) -> dict[str, int]:
    """For those of the idempotency keys that were used in scope: the id of the act's subject."""
    wanted = {stored_key(key): key for key in keys}
    rows = AuditEntry.objects.filter(action=action, once__in=list(wanted), subject_id__isnull=False)
    return {wanted[once]: subject for once, subject in rows.values_list("once", "subject_id")}


def subject_of(actor: Actor, action: str, press: Press) -> tuple[str, int] | None:
    """The subject (model label, id) of this actor's first press of the kind, as far as it is in scope."""
    mine = AuditEntry.objects.filter(action=action, once=press.key, actor_kind=actor.kind, actor_id=actor.party_id)
    found = mine.filter(subject_id__isnull=False).values_list("subject_type", "subject_id", "payload").first()
    return found[:2] if found is not None and json.loads(found[2]).get(ASKED) == press.asked else None
