"""What the rest of the house asks of links."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from renda.kernel.actions.api import Context
from renda.kernel.errors import Refused
from renda.kernel.links.models import Link
from renda.kernel.links.registry import KINDS, Kind, kind, selector_of, subject
from renda.kernel.parties import Actor

__all__ = ["Group", "Kind", "kind", "link", "linked", "subject", "unlink"]

# Whether following the lines of a kind from a new line's end leads back to its begin (as far as the scope sees).
_LEADS_BACK = """
WITH RECURSIVE reached (begin_type, begin_id, type, id) AS (
    SELECT from_type, from_id, to_type, to_id FROM kernel_links_link WHERE id = ANY (%s)
    UNION
    SELECT begin_type, begin_id, next.to_type, next.to_id FROM reached
    JOIN kernel_links_link next ON next.from_type = type AND next.from_id = reached.id AND next.kind = %s
)
SELECT 1 FROM reached WHERE type = begin_type AND id = begin_id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Group:
    """The subjects of one model at the far end of one kind of line, in one direction."""

    kind: str
    title: str
    is_forward: bool
    label: str
    rows: tuple[Any, ...]


def link(ctx: Context, begin: models.Model, end: models.Model, kind_name: str) -> None:
    """Draw a line from ``begin`` to ``end``, two rows with a ``tenant_id``; one that is there already stays.

    Raises:
        Refused: a subject to itself; at the flush: the kind has no cycles and this would close one.
        KeyError: an unknown kind.
    """
    known = KINDS[kind_name]
    if (_label(begin), begin.pk) == (_label(end), end.pk):
        raise Refused("links.itself", "不能与自身建立关联。")
    row = Link(
        kind=known.name,
        from_type=_label(begin),
        from_id=begin.pk,
        from_tenant_id=_tenant(begin),
        to_type=_label(end),
        to_id=end.pk,
        to_tenant_id=_tenant(end),
        created_at=ctx.now,
        created_by_id=ctx.actor.party_id,
    )
    ctx.collect("links", row, _store)


def unlink(ctx: Context, begin: models.Model, end: models.Model, kind_name: str) -> bool:
    """Take a stored line away at once; whether there was one."""
    gone, _ = Link.objects.filter(
        kind=KINDS[kind_name].name, from_type=_label(begin), from_id=begin.pk, to_type=_label(end), to_id=end.pk
    ).delete()
    if gone:
        ctx.detail(unlinked=f"{kind_name}:{_label(end)}:{end.pk}")
    return bool(gone)


def linked(actor: Actor, row: models.Model) -> list[Group]:
    """What lines lead to and from the row, grouped, in the order in which they were drawn.

    The far ends are read through their registered selectors: what the actor may not see is left out, and so is a
    model that registered none. One query for the lines and one a model.
    """
    here, key = _label(row), row.pk
    lines = Link.objects.filter(
        models.Q(from_type=here, from_id=key) | models.Q(to_type=here, to_id=key), kind__in=list(KINDS)
    ).order_by("created_at", "id")
    ends: defaultdict[tuple[str, bool, str], list[int]] = defaultdict(list)
    for line in lines:
        is_forward = (line.from_type, line.from_id) == (here, key)
        label, other = (line.to_type, line.to_id) if is_forward else (line.from_type, line.from_id)
        ends[(line.kind, is_forward, label)].append(other)
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for (_, _, label), keys in ends.items():
        wanted[label].update(keys)
    seen = {label: _visible(actor, label, keys) for label, keys in wanted.items()}
    groups = []
    for (name, is_forward, label), keys in ends.items():
        title = KINDS[name].forward if is_forward else KINDS[name].backward
        rows = tuple(seen[label][other] for other in keys if other in seen[label])
        if rows:
            groups.append(Group(name, title, is_forward, label, rows))
    return groups


def _visible(actor: Actor, label: str, keys: set[int]) -> dict[int, Any]:
    select = selector_of(label)
    return {row.pk: row for row in select(actor).filter(pk__in=keys)} if select else {}


def _store(_ctx: Context, rows: list[Link]) -> None:
    acyclic = sorted({row.kind for row in rows if KINDS[row.kind].is_acyclic})
    with connection.cursor() as cursor:
        for name in acyclic:
            # Two lines that close a circle together could be drawn at once: kinds without cycles go one by one.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"kernel_links:{name}"])
        Link.objects.bulk_create(rows, ignore_conflicts=True)
        for name in acyclic:
            new = [row.id for row in rows if row.kind == name]
            cursor.execute(_LEADS_BACK, [new, name])
            if cursor.fetchone():
                raise Refused("links.cycle", "这样关联会形成循环，请检查。")


def _label(row: models.Model) -> str:
    return row._meta.label_lower


def _tenant(row: models.Model) -> int:
    tenant = getattr(row, "tenant_id", None)
    if not isinstance(tenant, int):
        raise TypeError(f"{_label(row)} belongs to no tenant and cannot be linked")
    return tenant
