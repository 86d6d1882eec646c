"""``{% load ui %}``: the components. Each tag names what it takes; ``/ui/gallery/`` shows each in every state."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from renda.kernel import clock
from renda.kernel.events import signing
from renda.kernel.ui import icons, menu, slots, states, wording
from renda.kernel.ui.http import actor_of
from renda.kernel.ui.shapes import Crumb, Press, State, Step, Tile, TrailLine

register = template.Library()

# How many entries the head band holds at 1200 px before 更多; elder mode's letters are larger.
MENU_IN_BAND, MENU_IN_BAND_ELDER = 8, 5


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "clock" %}``: an outline icon, hidden from screen readers; write a word beside it."""
    return icons.svg(name)


@register.inclusion_tag("ui/state.html")
def state(value: State | str) -> dict[str, object]:
    """``{% state case.state %}``: word, icon and colour of a registered key or of a ``State``."""
    return {"state": states.lookup(value)}


@register.inclusion_tag("ui/case_head.html")
def case_head(
    title: str,
    state: State | str,
    kind: str = "",
    number: str = "",
    due_at: Any = None,
    facts: Sequence[tuple[str, str]] = (),
) -> dict[str, object]:
    """``{% case_head case.title case.state kind="群众留言" number="…" due_at=… facts=facts %}``: the head of every case.

    ``facts`` are (icon, text) pairs such as place and publicity; ``due_at`` shows the time left as a link to the
    deadline below.
    """
    return {"title": title, "state": state, "kind": kind, "number": number, "due_at": due_at, "facts": facts}


@register.inclusion_tag("ui/progress4.html")
def progress4(steps: Sequence[Step]) -> dict[str, object]:
    """``{% progress4 steps %}``: the four steps (``shapes.four_steps``)."""
    return {"steps": [(step, step.at if isinstance(step.at, str) else _short(step.at)) for step in steps]}


def _short(at: date | None) -> str:
    return wording.short_day(at) if at else ""


@register.inclusion_tag("ui/deadline.html")
def deadline(due: Any, verb: str = "办结", done_at: date | None = None) -> dict[str, object]:
    """``{% deadline due verb="答复" %}``: time left in large, the day, and 怎么算的 with the arithmetic.

    ``due`` is the kernel's ``Due``; ``done_at``: what it was for is done, the clock has stopped.
    """
    return {"due": due, "left": wording.time_left(due.at), "verb": verb, "done_at": done_at}


@register.inclusion_tag("ui/state.html")
def time_left(at: Any) -> dict[str, object]:
    """``{% time_left task.due_at %}``: 还有 3 个工作日 as a state, for lists."""
    return {"state": wording.time_left(at)}


@register.inclusion_tag("ui/trail.html", takes_context=True)
def trail(context: template.Context, events: Sequence[TrailLine]) -> dict[str, object]:
    """``{% trail events %}``: what happened, oldest first (``shapes.TrailLine``)."""
    return {"events": events, "request": context.get("request")}


@register.inclusion_tag("ui/actions.html", takes_context=True)
def actions(context: template.Context, presses: Iterable[Press], title: str = "办理") -> dict[str, object]:
    """``{% actions presses %}``: the buttons the flow allows, primary first; each unfolds its form.

    On the phone a bar at the bottom keeps the first two within reach of the thumb. Works without scripts.
    """
    ordered = sorted(presses, key=lambda press: not press.primary)
    return {
        "presses": ordered,
        "within_reach": ordered[:1] if len(ordered) > 2 else ordered,
        "more": len(ordered) - 1 if len(ordered) > 2 else 0,
        "title": title,
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "form": context.get("form"),
    }


@register.inclusion_tag("ui/figures.html")
def figures(tiles: Sequence[Tile]) -> dict[str, object]:
    """``{% figures tiles %}``: numbers that open the rows behind them."""
    return {"tiles": tiles}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, hint: str = "", url: str = "", press: str = "", icon: str = "inbox") -> dict[str, object]:
    """``{% empty "没有待办" "新的事项会出现在这里。" url press %}``: an empty state that says what to do next."""
    return {"title": title, "hint": hint, "url": url, "press": press, "icon": icon}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, object]:
    """``{% pagination table.page %}``: previous, 第 n 页, next; keeps the rest of the address."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: template.Context, table: Any, empty_title: str = "没有符合条件的记录") -> dict[str, object]:
    """``{% table table %}``: filter bar, rows (cards on the phone), export links, pages (``tables.Table``)."""
    return {"table": table, "request": context.get("request"), "empty_title": empty_title}


@register.simple_tag
def chinese_date(at: date | None) -> SafeString:
    """``{% chinese_date dt %}``: 2024年9月3日 08:12 as a ``<time>``; a day without the hour; nothing for None."""
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', _iso(at), wording.moment(at))


@register.simple_tag
def chinese_day(at: date | None) -> SafeString:
    """``{% chinese_day dt %}``: 2024年9月3日, of a moment too."""
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', _iso(at), wording.day(at))


def _iso(at: date) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes") if isinstance(at, datetime) else at.isoformat()


@register.simple_tag
def money(yuan: Decimal | int | None) -> SafeString:
    """``{% money amount %}``: 万元 with the yuan in full beside it."""
    if yuan is None:
        return SafeString("")
    short, full = wording.money(yuan)
    if not full:
        return format_html('<span class="money">{}</span>', short)
    return format_html('<span class="money">{}<span class="money-full">（{}）</span></span>', short, full)


@register.simple_tag
def masked(phone: str) -> str:
    """``{% masked phone %}``: 138****5678."""
    return wording.masked(phone)


@register.simple_tag(takes_context=True)
def slot(context: template.Context, name: str, subject: object = None) -> SafeString:
    """``{% slot "deputy.public" deputy %}``: what capabilities contribute here."""
    return slots.render(name, context["request"], subject)


@register.inclusion_tag("ui/crumbs.html")
def crumbs(*pairs: str | Crumb) -> dict[str, object]:
    """``{% crumbs "群众留言" list_url "编号 0117" %}``: title and address in turn, the last one without address."""
    found: list[Crumb] = [pair for pair in pairs if isinstance(pair, Crumb)]
    texts = [pair for pair in pairs if isinstance(pair, str)]
    found += [
        Crumb(texts[index], texts[index + 1] if index + 1 < len(texts) else "") for index in range(0, len(texts), 2)
    ]
    return {"crumbs": found}


@register.inclusion_tag("ui/attachments.html")
def attachments(files: Iterable[Any]) -> dict[str, object]:
    """``{% attachments files %}``: pictures as a gallery, other files as links. Items have name, url, size, is_image."""
    listed = list(files)
    return {
        "pictures": [item for item in listed if item.is_image],
        "documents": [item for item in listed if not item.is_image],
    }


@register.inclusion_tag("ui/progress.html")
def progress(value: int, total: int, label: str) -> dict[str, object]:
    """``{% progress done total "导入" %}``: long work as a bar and in words."""
    return {"value": value, "total": total, "label": label}


@register.simple_tag(takes_context=True)
def idempotency(context: template.Context) -> SafeString:
    """``{% idempotency %}``: a hidden key that makes a second press of the same form harmless."""
    request: HttpRequest | None = context.get("request")
    is_used = getattr(context.get("form"), "key_is_used", False)
    typed = request.POST.get("idempotency_key", "") if request is not None and not is_used else ""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', typed or uuid.uuid4().hex)


@register.simple_block_tag
def card(content: SafeString, title: str = "", icon: str = "", tone: str = "") -> SafeString:
    """``{% card "时限" icon="clock" %}…{% endcard %}``: a white card with its heading."""
    head = format_html("<h2>{}{}</h2>", icons.svg(icon) if icon else "", title) if title else ""
    return format_html(
        '<section class="card{}"><div class="card-body">{}{}</div></section>', tone and f" card-{tone}", head, content
    )


@register.simple_block_tag
def dialog(content: SafeString, key: str, title: str) -> SafeString:
    """``{% dialog "help" "怎么填写" %}…{% enddialog %}``: a native dialog, opened by ``data-opens="help"``."""
    return format_html(
        '<dialog class="dialog" id="{0}" aria-labelledby="{0}-title"><div class="dialog-head"><h2 id="{0}-title">{1}</h2>'
        '<form method="dialog"><button class="btn btn-quiet">{2}关闭</button></form></div>{3}</dialog>',
        key,
        title,
        icons.svg("x"),
        content,
    )


@register.inclusion_tag("ui/not_secret.html")
def not_secret() -> dict[str, object]:
    """``{% not_secret %}``: the sentence before every form that takes a text or a file. It names no level to choose."""
    return {}


@register.filter
def json_text(value: str) -> str:
    """A text as JSON, for an attribute that htmx reads: ``hx-headers='{"If-None-Match": {{ tag|json_text }}}'``."""
    return json.dumps(value)


@register.simple_tag(takes_context=True)
def elder_url(context: template.Context) -> str:
    """The address that switches elder mode over and comes back to this page."""
    from urllib.parse import urlencode

    request: HttpRequest = context["request"]
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return f"{reverse('ui:elder')}?{urlencode({'on': '0' if context.get('elder') else '1', 'next': here})}"


@register.simple_tag(takes_context=True)
def whole_address(context: template.Context, path: str) -> str:
    """``{% whole_address url %}``: a page's address with its host, for paper."""
    request: HttpRequest = context["request"]
    return request.build_absolute_uri(path)


@register.inclusion_tag("ui/band.html", takes_context=True)
def band(context: template.Context, zone: menu.Zone | Literal["none"] = "inner") -> dict[str, Any]:
    """``{% band %}``: the head band with the menu, badge and user menu; ``"none"`` runs no query (error pages)."""
    request: HttpRequest | None = context.get("request")
    shown: dict[str, Any] = {
        **{str(name): value for name, value in context.flatten().items()},
        "zone": zone,
        "quiet": zone == "none",
    }
    if request is None or zone == "none":
        return shown
    actor = actor_of(request)
    entries = menu.entries_for(actor, zone)
    held = MENU_IN_BAND_ELDER if context.get("elder") else MENU_IN_BAND
    here = menu.current(entries, request.path)
    return shown | {
        "actor": actor,
        "entries": entries,
        "in_band": entries[:held],
        "under_more": entries[held:],
        "here": here,
    }


@register.inclusion_tag("ui/badges_live.html", takes_context=True)
def badges(context: template.Context) -> dict[str, object]:
    """``{% badges %}``: 待办, 通知 and how many; asks again by itself (``live_for_me``)."""
    request: HttpRequest = context["request"]
    return {"badges": menu.counted(actor_of(request)), "many": menu.MANY, "request": request}


@register.simple_tag(takes_context=True)
def live_for_me(context: template.Context) -> SafeString:
    """``<div hx-get=… {% live_for_me %}>``: the part asks again when one of the actor's parties hears something."""
    keys = [f"party:{party}" for party in actor_of(context["request"]).party_ids]
    return format_html(
        'data-live="{}" hx-trigger="{}"',
        " ".join(signing.token(key) for key in keys),
        ", ".join(f"{signing.event_name(key)} from:body" for key in keys),
    )


@register.simple_tag
def today_line() -> str:
    """2024年9月11日 星期三."""
    today = clock.today()
    return f"{wording.day(today)} {wording.weekday(today)}"


# In expressions and attributes: ``{{ dt|chinese_date }}`` is the same in plain text.
register.filter("chinese_date", lambda at: wording.moment(at) if at else "")
register.filter("chinese_day", lambda at: wording.day(at) if at else "")
register.filter("short_day", lambda at: wording.short_day(at) if at else "")
register.filter("masked", wording.masked)
