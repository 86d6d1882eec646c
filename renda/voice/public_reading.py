"""The public's pages of what was made public: the list, one message, its photos, the feed, and what search engines ask for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy, public_address
from renda.voice import finding, published
from renda.voice.sorter.categories import first_level

FEED = 30  # entries
MOST_ADDRESSES = 50_000  # of one sitemap (sitemaps.org)
_CARRIED = ("q", "county", "township", "category", "deputy", "station")


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Public messages by words, place and category, newest first; a page goes on behind the last one of the page before."""
    asked = {name: request.GET.get(name, "").strip()[:30] for name in _CARRIED}
    after = request.GET.get("after", "")[:60]
    copies, following = published.found(
        words=asked["q"],
        place=asked["township"] or asked["county"],
        category=asked["category"],
        deputy=asked["deputy"],
        station=asked["station"],
        after=after,
    )
    chosen = {name: value for name, value in asked.items() if value}
    shown = {
        **asked,
        "items": [published.page_of(copy.body, ()) for copy in copies],
        "counties": finding.counties(),
        "townships": finding.places_under(asked["county"], "township"),
        "categories": first_level(),
        "whose": _whose(asked),
        "is_narrowed": bool(chosen),
        "first_url": f"?{urlencode(chosen)}" if after else "",
        "next_url": f"?{urlencode({**chosen, 'after': following})}" if following else "",
    }
    return render(request, "voice/published_list.html", shown)


def _whose(asked: dict[str, str]) -> str:
    """The deputy or the station that the list is narrowed to."""
    for kind in ("deputy", "station"):
        copy = public_zone.one(kind, asked[kind]) if asked[kind] else None
        if copy is not None and "name" in copy.body:
            return f"{copy.body['name']}{'代表' if kind == 'deputy' else ''}"
    return ""


def _message(pk: int) -> Copy:
    copy = published.message(str(pk))
    if copy is None:
        raise Http404
    return copy


@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One public message: what it was about, how far it is, what was answered."""
    copy = _message(pk)
    photos = [reverse("voice:published.photo", args=[pk, number]) for number in range(1, copy.body["photos"] + 1)]
    return render(request, "voice/published.html", {**published.page_of(copy.body, photos), **links_of(copy.body)})


def links_of(body: dict[str, Any]) -> dict[str, str]:
    """Where the deputy's and the station's page are, as far as the public finds them."""
    links = {"deputy_url": "", "station_url": ""}
    if body["deputy"] and public_zone.one("deputy", str(body["deputy"]["id"])):
        links["deputy_url"] = reverse("voice:deputy", args=[body["deputy"]["id"]])
    if body["station"] and public_zone.one("station", str(body["station"]["id"])):
        links["station_url"] = reverse("voice:station", args=[body["station"]["tenant_id"], body["station"]["id"]])
    return links


@require_safe
def photo(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A photo as its reviewer painted it; asked for anew each time, so that one taken back is gone."""
    copy = public_zone.one("photo", f"{pk}-{number}")
    if copy is None:
        raise Http404
    response = HttpResponse(base64.b64decode(copy.body["jpeg"]), content_type="image/jpeg")
    response["Cache-Control"] = "no-cache"
    response["ETag"] = f'"{copy.version}"'
    return response


# --- for machines -----------------------------------------------------------------------------------------------------------


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The last public messages as an Atom feed (RFC 4287)."""
    copies, _ = published.found()
    atom = Atom1Feed(
        title=f"{settings.RENDA_BRAND} · 公开留言",
        link=public_address("voice:published"),
        description="经本人同意公开的群众留言和答复",
        feed_url=public_address("voice:published.feed"),
        language="zh-CN",
    )
    for copy in copies[:FEED]:
        said, at = copy.body, datetime.fromisoformat(copy.body["published_at"])
        atom.add_item(
            title=said["subject"],
            link=public_address("voice:published.page", said["id"]),
            description=Truncator(said["answer"] or said["body"]).chars(300),
            unique_id=public_address("voice:published.page", said["id"]),
            pubdate=at,
            updateddate=max(at, copy.made_at),
            categories=[said["category"]] if said["category"] else [],
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The addresses that a search engine may show: home, stations, deputies, public messages."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for number, (address, at) in enumerate(_addresses()):
        if number >= MOST_ADDRESSES:
            break
        changed = f"<lastmod>{at.isoformat(timespec='seconds')}</lastmod>" if at else ""
        lines.append(f"<url><loc>{escape(address)}</loc>{changed}</url>")
    return HttpResponse("\n".join([*lines, "</urlset>\n"]), content_type="application/xml; charset=utf-8")


def _addresses() -> Iterator[tuple[str, datetime | None]]:
    for name in ("voice:home", "voice:stations", "voice:published"):
        yield public_address(name), None
    for copy in public_zone.found("station", most=MOST_ADDRESSES):
        if "leads_to" not in copy.body:
            yield public_address("voice:station", copy.body["tenant_id"], copy.body["id"]), copy.made_at
    for name, kind in (("voice:published.page", "message"), ("voice:deputy", "deputy")):
        for key, at in public_zone.listed(kind, MOST_ADDRESSES):
            yield public_address(name, int(key)), at


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What machines shall not walk through: receipts, codes and presses."""
    lines = [
        "User-agent: *",
        "Disallow: /receipt/",
        "Disallow: /c/",
        "Disallow: /feedback/",
        "Disallow: /published/*/join/",
        f"Sitemap: {public_address('voice:sitemap')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
