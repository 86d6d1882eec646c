"""The chips above every list of the house, and the way to them in everybody's own menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from renda.kernel.saved_filters.actions import LONGEST_NAME, conditions
from renda.kernel.saved_filters.selectors import filters_for
from renda.kernel.ui import slots
from renda.kernel.ui.http import actor_of
from renda.kernel.ui.tables import Table


def _chips(request: HttpRequest, table: Table[Any]) -> dict[str, object] | None:
    """The list's saved filters, the one that is open marked, and what may be saved now."""
    actor = actor_of(request)
    if not actor.is_signed_in or not table.filters:
        return None
    now = conditions(table.query.urlencode())
    saved = [
        (one, one.query == now, one.party_id == actor.party_id)
        for one in filters_for(actor).filter(path=table.path).select_related("party")
    ]
    is_open = any(is_it for _, is_it, _ in saved)
    # Conditions that narrow nothing are not worth a name, and say so where a name led to them.
    misfits = table.misfits if now else []
    return {
        "table": table,
        "saved": saved,
        "query": now if now and not is_open and not misfits else "",
        "misfits": misfits,
        "longest": LONGEST_NAME,
    }


def _signed_in(request: HttpRequest, subject: Any) -> dict[str, object] | None:
    return {} if actor_of(request).is_signed_in else None


slots.register("list.above", "saved_filters/chips.html", _chips)
slots.register("user.menu", "saved_filters/slot_user_menu.html", _signed_in, order=45)
