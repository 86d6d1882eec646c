"""Saving a list's query under a name, renaming it, sharing it, removing it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.urls import Resolver404, resolve

from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.privacy.api import clean_text
from renda.kernel.saved_filters import selectors
from renda.kernel.saved_filters.models import LONGEST_QUERY, SavedFilter

MOST = 20  # of one person at one list: more chips than that are no short cut
LONGEST_NAME = 20  # characters
# What an address may carry beside conditions.
_NO_CONDITION = ("page", "export")


@new("filter.save", title="保存常用筛选", private=["query", "name"])
def filter_save(ctx: Context, *, path: str, query: str, name: str, caption: str = "") -> SavedFilter:
    """Keep a list's query under a name; the same name again keeps the new query.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: no name, nothing chosen, or not an address of this house.
        Refused: too many at this list.
    """
    if ctx.actor.party_id is None:
        raise Forbidden
    kept = conditions(query)
    if not _is_page(path) or not kept or len(kept) > LONGEST_QUERY:
        raise Invalid("filter.query", "请先在列表中选好条件，再保存为常用筛选。")
    name = _named(name)
    mine = SavedFilter.objects.filter(party_id=ctx.actor.party_id, path=path)
    known: SavedFilter | None = mine.filter(name=name).select_for_update(no_key=True).first()
    if known is not None:
        known.query = kept
        ctx.update(known, "query")
        return known
    if mine.count() >= MOST:
        raise Refused("filter.too_many", f"每个列表最多保存 {MOST} 个常用筛选，请先删除不再需要的。")
    saved = SavedFilter(
        party_id=ctx.actor.party_id,
        path=path,
        caption=clean_text(caption).strip()[:40],
        name=name,
        query=kept,
        created_at=ctx.now,
    )
    ctx.insert(saved)
    return saved


@existing("filter.rename", title="重命名常用筛选", select=selectors.own_filters, private=["name"])
def filter_rename(ctx: Context, saved: SavedFilter, *, name: str) -> SavedFilter:
    """Give it another name.

    Raises:
        Invalid: no name, or another filter of this list has it.
    """
    name = _named(name)
    same = SavedFilter.objects.filter(party_id=saved.party_id, path=saved.path, name=name).exclude(pk=saved.pk)
    if same.exists():
        raise Invalid("filter.name", fields={"name": "这个列表已有同名的常用筛选。"})
    saved.name = name
    ctx.update(saved, "name")
    return saved


@existing("filter.share", title="共享常用筛选", select=selectors.own_filters)
def filter_share(ctx: Context, saved: SavedFilter, *, organisation: int | None) -> SavedFilter:
    """Show it to the people of one of her organisations; None: to nobody any more.

    Raises:
        Invalid: not an organisation of hers.
    """
    if organisation is not None and organisation not in selectors.organisations_of(ctx.actor):
        raise Invalid("filter.organisation", fields={"organisation": "只能共享给您任职的机构。"})
    saved.shared_with = organisation
    ctx.update(saved, "shared_with")
    return saved


@existing("filter.remove", title="删除常用筛选", select=selectors.own_filters)
def filter_remove(ctx: Context, saved: SavedFilter) -> None:
    """Forget it; the list and its address stay as they are."""
    ctx.detail(path=saved.path)
    saved.delete()


def conditions(query: str) -> str:
    """A query's conditions in one form, whatever the order they came in: no page, nothing that is empty."""
    return urlencode(sorted(pair for pair in parse_qsl(query) if pair[0] not in _NO_CONDITION))


def _named(name: str) -> str:
    name = " ".join(clean_text(name).split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("filter.name", fields={"name": f"请填写名称，不超过 {LONGEST_NAME} 个字。"})
    return name


def _is_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return not path.startswith("//") and len(path) <= 200
