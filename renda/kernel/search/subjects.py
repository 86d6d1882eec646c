"""What is searched: each capability says it once, and every document can be made anew from its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from renda.kernel.search.api import Document, put_many, remove_many
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant, TenantRow

# Rows locked by one transaction of the reindexing: acts on them wait this long at most (some 0.2 s).
BATCH = 500


@dataclass(frozen=True, slots=True)
class Searched:
    """One kind of rows that are searched. ``text``: what of a row is read; empty = the row is not to be found."""

    model: type[TenantRow]
    text: Callable[[Any], str]


SEARCHED: dict[str, Searched] = {}


def register(model: type[TenantRow], text: Callable[[Any], str]) -> None:
    """Have the rows of a model searched under its label (``voice.Message``)."""
    SEARCHED[model._meta.label] = Searched(model, text)


def waiting(kind: str, after: int = 0) -> int:
    """How many rows of the kind, of all tenants, have an id above ``after``."""
    with tenant_transaction(_everywhere()):
        return SEARCHED[kind].model.objects.filter(pk__gt=after).count()


def reindex(kind: str, after: int = 0, *, most: int = BATCH) -> tuple[int, int]:
    """Make the documents of the next rows above ``after`` anew; returns the last id and how many rows there were.

    The rows are locked, so that an act on one of them is either read here or writes its own document afterwards.
    """
    searched = SEARCHED[kind]
    with tenant_transaction(_everywhere()):
        rows = list(
            searched.model.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__gt=after)
            .order_by("pk")[:most]
        )
        texts = {row: searched.text(row) for row in rows}
        put_many(Document(kind, row.pk, row.tenant_id, text) for row, text in texts.items() if text)
        remove_many((kind, row.pk) for row, text in texts.items() if not text)
    return (rows[-1].pk if rows else after), len(rows)


def _everywhere() -> list[int]:
    return list(Tenant.objects.order_by("id").values_list("id", flat=True))
