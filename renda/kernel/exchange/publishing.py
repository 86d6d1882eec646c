"""Publishing copies: marked in the transaction of what changed them, built in sets, signed, put where the public reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection

from renda.kernel import clock
from renda.kernel.actions.api import Context
from renda.kernel.exchange.models import Mark, PublishedCopy
from renda.kernel.exchange.registry import BUILDERS, Draft
from renda.kernel.public_zone import keys
from renda.kernel.public_zone.copies import content
from renda.kernel.public_zone.packages import Package
from renda.kernel.public_zone.storing import store
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant

EVERY = "*"
MARKS = 2000  # a round
MARKS_AN_ACT = 1000
BATCH = 500  # copies that are built together
_LOCK = 4_701_003
_CHANGING = ["version", "made_at", "body", "terms", "words", "sort", "digest", "signature", "is_withdrawn"]


def publish(ctx: Context, kind: str, *wanted: object) -> None:
    """Have the copies of a kind made anew under these keys, a moment after the commit; none given: all of the kind.

    Also where something shall no longer be public: the builder then leaves the key out.
    """
    for key in wanted or (EVERY,):
        ctx.collect("exchange.publish", (kind, str(key)), _mark, first=True)


def _mark(ctx: Context, wanted: list[Any]) -> None:
    by_kind: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for kind, key in wanted:
        by_kind[kind][key] = None
    for kind, named in by_kind.items():
        # An import of thousands marks the kind once.
        given = [EVERY] if EVERY in named or len(named) > MARKS_AN_ACT else list(named)
        ctx.insert(*(Mark(kind=kind, key=key) for key in given))


def everywhere() -> list[int]:
    """The congresses whose copies are published."""
    return list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))


def publish_marked() -> int:
    """Make the marked copies anew; how many were changed or withdrawn."""
    with tenant_transaction(everywhere()):
        if not alone():
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM kernel_exchange_mark WHERE id IN"
                " (SELECT id FROM kernel_exchange_mark ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING kind, key",
                [MARKS],
            )
            marks = dict.fromkeys(cursor.fetchall())
        by_kind: defaultdict[str, list[str]] = defaultdict(list)
        for kind, key in marks:
            by_kind[kind].append(key)
        return sum(
            _whole(kind) if EVERY in wanted else sum(_make(kind, part) for part in _in_parts(_expanded(kind, wanted)))
            for kind, wanted in by_kind.items()
            if kind in BUILDERS
        )


def reconcile(kinds: Iterable[str] = ()) -> dict[str, int]:
    """Compare every copy with what should be public: make what is missing or stale, withdraw what should be gone, mend
    what the public zone has lost or altered. How many were changed, by kind.
    """
    changed = {}
    for kind in kinds or BUILDERS:
        with tenant_transaction(everywhere()):
            if alone(wait=True):
                # Whatever is marked until now is made with the rest.
                Mark.objects.filter(kind=kind).delete()
                changed[kind] = _whole(kind) + _mend(kind)
    return changed


def alone(*, wait: bool = False) -> bool:
    """One publisher at a time, so that versions are committed in their order: whether it is us. For the transaction."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _whole(kind: str) -> int:
    builder = BUILDERS[kind]
    wanted = list(dict.fromkeys(map(str, builder.keys())))
    there = PublishedCopy.objects.filter(kind=kind, is_withdrawn=False).values_list("key", flat=True)
    gone = sorted(set(there) - set(map(builder.public_key, wanted)))
    return _store(_withdrawn(kind, gone)) + sum(_make(kind, part) for part in _in_parts(wanted))


def _expanded(kind: str, wanted: Sequence[str]) -> list[str]:
    expand = BUILDERS[kind].expand
    words = [key for key in wanted if ":" in key]
    plain = [key for key in wanted if ":" not in key]
    return list(dict.fromkeys([*plain, *(expand(words) if expand and words else ())]))


def _in_parts(every: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def _make(kind: str, wanted: Sequence[str]) -> int:
    """Build these keys and store what differs."""
    builder = BUILDERS[kind]
    drafts = {draft.key: draft for draft in builder.build(wanted)}
    rows = PublishedCopy.objects.filter(kind=kind, key__in=list(map(builder.public_key, wanted)))
    known = {key: (digest, gone) for key, digest, gone in rows.values_list("key", "digest", "is_withdrawn")}
    changed = [draft for draft in drafts.values() if known.get(draft.key) != (_digest(kind, draft), False)]
    gone = [key for key, (_, is_gone) in known.items() if key not in drafts and not is_gone]
    return _store([*_signed(kind, changed), *_withdrawn(kind, gone)])


def _store(copies: Sequence[PublishedCopy]) -> int:
    if copies:
        PublishedCopy.objects.bulk_create(
            copies, update_conflicts=True, unique_fields=["kind", "key"], update_fields=_CHANGING
        )
        _deliver(copies)
    return len(copies)


def _terms(kind: str, draft: Draft) -> list[str]:
    return sorted({f"{kind}:{term}" for term in draft.terms})


def _content(kind: str, draft: Draft) -> bytes:
    return content(draft.body, _terms(kind, draft), draft.words, draft.sort)


def _digest(kind: str, draft: Draft) -> str:
    return sha256(_content(kind, draft)).hexdigest()


def _versions(count: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('kernel_exchange_version_seq') FROM generate_series(1, %s) ORDER BY 1", [count])
        return iter([row[0] for row in cursor.fetchall()])


def _signed(kind: str, drafts: Sequence[Draft]) -> list[PublishedCopy]:
    if not drafts:
        return []
    own, now = keys.own("inner"), clock.now()
    copies = []
    for draft, version in zip(drafts, _versions(len(drafts)), strict=True):
        said = _content(kind, draft)
        package = Package("out", kind, draft.key, now, said, version).signed(own.sign)
        copies.append(
            PublishedCopy(
                kind=kind,
                key=draft.key,
                version=version,
                made_at=now,
                body=draft.body,
                terms=_terms(kind, draft),
                words=draft.words,
                sort=draft.sort,
                digest=sha256(said).hexdigest(),
                signature=package.signature,
            )
        )
    return copies


def _withdrawn(kind: str, gone: Sequence[str]) -> list[PublishedCopy]:
    if not gone:
        return []
    now, own = clock.now(), keys.own("inner")
    return [
        PublishedCopy(
            kind=kind,
            key=key,
            version=version,
            made_at=now,
            digest="",
            is_withdrawn=True,
            signature=Package("out", kind, key, now, b"", version).signed(own.sign).signature,
        )
        for key, version in zip(gone, _versions(len(gone)), strict=True)
    ]


def package_of(one: PublishedCopy) -> Package:
    """A stored copy as what crosses; the body of a withdrawn one is empty."""
    said = b"" if one.is_withdrawn else content(one.body, one.terms, one.words, one.sort)
    return Package("out", one.kind, one.key, one.made_at, said, one.version, bytes(one.signature))


def _deliver(copies: Iterable[PublishedCopy]) -> None:
    """Put copies where the public process reads, when that is this database; over a gap they go by file."""
    if settings.RENDA_EXCHANGE == "bridge":
        store([package_of(one) for one in copies])


def _mend(kind: str) -> int:
    """Deliver again what the public zone has lost or what was altered there; take away what nobody published."""
    if settings.RENDA_EXCHANGE != "bridge":
        return 0
    with connection.cursor() as cursor:
        # Both tables may have been filled a moment ago: without statistics the planner would compare each with each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(
            "SELECT c.id FROM kernel_exchange_publishedcopy c LEFT JOIN public_zone.published p"
            " ON p.kind = c.kind AND p.key = c.key WHERE c.kind = %s AND NOT c.is_withdrawn"
            " AND (p.version IS DISTINCT FROM c.version OR p.body IS DISTINCT FROM c.body"
            " OR p.signature IS DISTINCT FROM c.signature OR p.terms IS DISTINCT FROM c.terms::text[]"
            " OR p.words IS DISTINCT FROM c.words OR p.sort IS DISTINCT FROM c.sort)",
            [kind],
        )
        lost = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "DELETE FROM public_zone.published p WHERE kind = %s AND NOT EXISTS (SELECT FROM"
            " kernel_exchange_publishedcopy c WHERE c.kind = p.kind AND c.key = p.key AND NOT c.is_withdrawn)",
            [kind],
        )
        strange = int(cursor.rowcount)
        # What was altered there must not win by its version.
        cursor.execute(
            "DELETE FROM public_zone.published p USING kernel_exchange_publishedcopy c"
            " WHERE c.id = ANY(%s) AND p.kind = c.kind AND p.key = c.key",
            [lost],
        )
        cursor.execute("SET LOCAL enable_nestloop = on")
    _deliver(list(PublishedCopy.objects.filter(id__in=lost)))
    return len(lost) + strange
