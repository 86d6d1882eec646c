"""Taking packages in, in order: verified, stored under their key (once), handled, and settled."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.exchange.models import Received
from renda.kernel.exchange.registry import HANDLERS, PART, PARTS, Handler, Outcome, Parcel
from renda.kernel.parties import Actor
from renda.kernel.public_zone import keys
from renda.kernel.public_zone.packages import ForgedError, Package, unseal
from renda.kernel.secrecy import api as secrecy
from renda.kernel.secrecy.api import HeldItem

logger = logging.getLogger(__name__)

TAKEN = 200  # packages a round
TAKEN_BYTES = 24 * 1024 * 1024  # of bodies a round, so that photos do not fill the memory
TRIES = 5
# Files come in the same transaction as what names them; over a gap they may be a file apart.
PARTS_WAIT = timedelta(days=1)
_LOCK = 4_701_001

# Why a package waits for the security officer; nobody else sees more of it.
MARKED = "带有密级标志，等保密员处理。"

State = Received.State


def pull() -> int:
    """Take what the public zone has left in the shared database; how many were new. Nothing to do over a gap."""
    if settings.RENDA_EXCHANGE != "bridge":
        return 0
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "SELECT kind, key, made_at, body, signature, sequence FROM (SELECT *, sum(octet_length(body)) OVER"
            " (ORDER BY sequence) - octet_length(body) AS before FROM (SELECT * FROM public_zone.inbound"
            " ORDER BY sequence LIMIT %s) AS first) AS queue WHERE before < %s ORDER BY sequence",
            [TAKEN, TAKEN_BYTES],
        )
        rows = cursor.fetchall()
        taken = accept(
            Package("in", kind, key, made_at, bytes(body), signature=bytes(seal))
            for kind, key, made_at, body, seal, _ in rows
        )
        if rows:
            cursor.execute("DELETE FROM public_zone.inbound WHERE sequence = ANY(%s)", [[row[-1] for row in rows]])
    return taken


def accept(packages: Iterable[Package]) -> int:
    """Store packages under their keys; one that is there already is a repetition and changes nothing. How many were new.

    A package that the public zone did not sign is kept apart. The caller holds the transaction.
    """
    verify, now = keys.other("inner").verify, clock.now()
    rows = []
    for package in packages:
        row = Received(
            key=package.key,
            kind=package.kind,
            made_at=package.made_at,
            received_at=now,
            body=package.body,
            signature=package.signature,
        )
        try:
            package.verify(verify)
        except ForgedError as error:
            row.state, row.reason = State.QUARANTINED, error.message
        rows.append(row)
    known = set(Received.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    Received.objects.bulk_create([row for row in rows if row.key not in known], ignore_conflicts=True)
    return len({row.key for row in rows} - known)


def handle(most: int = TAKEN) -> int:
    """Hand waiting packages to their handlers, in order; how many were settled. Only one process does so at a time."""
    with connection.cursor() as cursor:
        # Of the session, not of a transaction: each handler opens and commits its own.
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK + 1])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _handle(most)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK + 1])


def _handle(most: int) -> int:
    waiting = Received.objects.filter(state=State.WAITING).exclude(kind=PART).order_by("id")
    rows = list(waiting[:most])
    settled = 0
    for kind in dict.fromkeys(row.kind for row in rows):
        settled += _handle_kind(kind, [row for row in rows if row.kind == kind])
    return settled


def _handle_kind(kind: str, rows: list[Received]) -> int:
    handler = HANDLERS.get(kind)
    if handler is None:
        return _settle({row.key: Outcome("quarantined", f"不认识的种类：{kind}") for row in rows})
    parcels, outcomes = _opened(rows)
    parcels, held = _screened(parcels)
    outcomes |= held
    try:
        outcomes |= handler(parcels) if parcels else {}
    except Exception:
        logger.exception("handler of %s failed for %d packages", kind, len(parcels))
        outcomes |= _one_by_one(handler, parcels, {row.key: row for row in rows})
    return _settle(outcomes, parcels)


def _one_by_one(handler: Handler, parcels: Sequence[Parcel], rows: dict[str, Received]) -> dict[str, Outcome]:
    """After a fault in a set: each by itself, so that one bad package holds no other up. It is tried some times."""
    outcomes: dict[str, Outcome] = {}
    for parcel in parcels:
        try:
            outcomes |= handler([parcel])
        except Exception:
            row = rows[parcel.key]
            row.tries += 1
            Received.objects.filter(pk=row.pk).update(tries=row.tries)
            logger.exception("package %s %s failed (%d)", parcel.kind, parcel.key, row.tries)
            if row.tries >= TRIES:
                outcomes[parcel.key] = Outcome("quarantined", "登记时系统出现故障，请系统管理员查看日志后重试。")
    return outcomes


def _opened(rows: Sequence[Received]) -> tuple[list[Parcel], dict[str, Outcome]]:
    """The parcels that can be handled now, and what is to be kept apart at once."""
    own, outcomes = keys.own("inner"), {}
    read: list[tuple[Received, object]] = []
    for row in rows:
        try:
            read.append((row, json.loads(unseal(bytes(row.body), own.open))))
        except (ForgedError, ValueError) as error:
            outcomes[row.key] = Outcome("quarantined", getattr(error, "message", "内容无法识别。"))
    named = {row.key: _named(content) for row, content in read}
    parts = dict(
        Received.objects.filter(kind=PART, key__in=[key for keys_ in named.values() for key in keys_])
        .exclude(state=State.QUARANTINED)
        .values_list("key", "body")
    )
    parcels = []
    for row, content in read:
        missing = [key for key in named[row.key] if key not in parts]
        if missing and clock.now() - row.received_at < PARTS_WAIT:
            continue
        if missing:
            outcomes[row.key] = Outcome("quarantined", f"随附的 {len(missing)} 个文件没有收到。")
            continue
        opened = {key: unseal(bytes(parts[key]), own.open) for key in named[row.key]}
        parcels.append(Parcel(row.key, row.kind, min(row.made_at, clock.now()), content, row.is_released, opened))
    return parcels, outcomes


# Texts of a person; everything else in a package was chosen from a list or made by us.
_NAMES = "names"


def _screened(parcels: Sequence[Parcel]) -> tuple[list[Parcel], dict[str, Outcome]]:
    """What carries a mark of state secrecy goes no further until the security officer has decided."""
    passed, held = [], {}
    for parcel in parcels:
        content = parcel.content if isinstance(parcel.content, dict) else {}
        texts = {name: value for name, value in content.items() if isinstance(value, str)}
        names = content.get(_NAMES, [])
        titles = {str(at): str(name) for at, name in enumerate(names)} if isinstance(names, list) else {}
        found = None if parcel.is_released else secrecy.mark_in(texts, titles)
        if found is None:
            passed.append(parcel)
            continue
        size = sum(len(text.encode()) for text in texts.values()) + sum(map(len, parcel.parts.values()))
        secrecy.hold(
            Actor.machine("公众区", []),
            name="、".join(titles.values()) or "群众填写的文字",
            size=size,
            source="公众区来件",
            mark=found[1],
            digest=secrecy.digest_of("package", parcel.key),
            package_key=parcel.key,
        )
        held[parcel.key] = Outcome("quarantined", MARKED)
    return passed, held


def decided(ctx: Context, holding: HeldItem) -> None:
    """The security officer has decided on a package: it goes on its way, or its content is destroyed."""
    if not holding.package_key:
        return
    row = Received.objects.select_for_update().filter(key=holding.package_key).first()
    if row is None:
        return
    if holding.decision == HeldItem.Decision.RELEASED:
        row.state, row.reason, row.is_released = State.WAITING, "", True
    else:
        row.state, row.body, row.settled_at = State.DROPPED, b"", ctx.now
        Received.objects.filter(kind=PART, key__startswith=f"{row.key}:").update(
            state=State.DROPPED, body=b"", settled_at=ctx.now
        )
    ctx.update(row, "state", "reason", "is_released", "body", "settled_at")


def _named(content: object) -> list[str]:
    named = content.get(PARTS, []) if isinstance(content, dict) else []
    return [str(key) for key in named] if isinstance(named, list) else []


def _settle(outcomes: Mapping[str, Outcome], parcels: Sequence[Parcel] = ()) -> int:
    """Note what became of the packages; the content of what is done is forgotten, that of its files too."""
    done = [key for key, outcome in outcomes.items() if outcome.state == "done"]
    parts = [part for parcel in parcels if parcel.key in set(done) for part in parcel.parts]
    if done:
        Received.objects.filter(key__in=[*done, *parts]).update(
            state=State.DONE, settled_at=clock.now(), body=b"", reason=""
        )
    for key, outcome in outcomes.items():
        if outcome.state == "quarantined":
            Received.objects.filter(key=key).update(state=State.QUARANTINED, reason=outcome.reason[:300])
    return len(outcomes)
