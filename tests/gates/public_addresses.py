"""Every address of the public zone: with what one comes to it, and what one gets. There is nobody to turn away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from renda.voice.public_sending import token
from renda.voice.receipts import query_word
from tests.gates.city import City

Args = Callable[[City], list[Any]]
Given = Callable[[City], dict[str, Any]]


@dataclass(frozen=True)
class PublicPage:
    """One line. ``given``: the form of a press. ``only_post``: it has no page of its own. ``leaves``: a press leaves a
    package.
    """

    args: Args = lambda _: []
    given: Given | None = None
    only_post: bool = False
    status: int = 200
    leaves: bool = True


def _station(city: City) -> list[Any]:
    return [city.cast.tenant("township"), city.key("station")]


def _code(city: City) -> list[Any]:
    return [city.cast.codes["station"].code]


def _county(city: City) -> list[Any]:
    return [city.cast.places["county"].code]


def _deputy(city: City) -> list[Any]:
    return [city.person("deputy")]


def receipt(city: City) -> list[Any]:
    return [token(city.rows["rating"].receipt_number)]


def _published(city: City) -> list[Any]:
    return [city.key("published")]


def _published_receipt(city: City) -> list[Any]:
    return [token(city.rows["published"].receipt_number)]


def _look_up(city: City) -> dict[str, Any]:
    number = city.rows["vet"].receipt_number
    return {"receipt_number": number, "word": query_word(number)}


def _fixed(**given: Any) -> Given:
    return lambda _: given


PUBLIC_PAGES: dict[str, PublicPage] = {
    "ui:elder": PublicPage(status=303),
    "ui:manifest": PublicPage(),
    "ui:worker": PublicPage(),
    "ui:offline": PublicPage(),
    "feedback:feedback.send": PublicPage(given=_fixed(text="字太小")),
    "manual:first": PublicPage(),
    "manual:chapter": PublicPage(lambda _: ["constituent"]),
    "public_api:openapi-json": PublicPage(),
    "public_api:api-root": PublicPage(status=404),
    "public_api:places": PublicPage(),
    "public_api:deputies": PublicPage(),
    "public_api:deputy": PublicPage(_deputy),
    "public_api:stations": PublicPage(status=422),
    "public_api:station": PublicPage(lambda city: [city.key("station")]),
    # What they take is JSON: tests/gates/test_openapi.py.
    "public_api:message.submit": PublicPage(_code, status=405),
    "public_api:look_up": PublicPage(status=405),
    "voice:home": PublicPage(),
    "voice:deputies": PublicPage(status=302),
    "voice:deputy": PublicPage(_deputy),
    "voice:deputy.calendar": PublicPage(_deputy),
    "voice:stations": PublicPage(),
    "voice:station": PublicPage(_station),
    "voice:station.calendar": PublicPage(_station),
    "voice:map": PublicPage(),
    "voice:map.county": PublicPage(_county),
    "voice:map.calendar": PublicPage(_county),
    "voice:code": PublicPage(_code),
    "voice:message.submit": PublicPage(_code, _fixed(body="路灯坏了三周，夜里看不见路。")),
    "voice:similar": PublicPage(_code, only_post=True),
    "voice:published": PublicPage(),
    "voice:published.feed": PublicPage(),
    "voice:published.page": PublicPage(_published),
    "voice:published.photo": PublicPage(lambda city: [city.key("published"), 1]),
    "voice:joiner.join": PublicPage(_published, _fixed(note="我们楼也是。")),
    "voice:message.withdraw_consent": PublicPage(_published_receipt, _fixed(), only_post=True),
    "voice:sitemap": PublicPage(),
    "voice:robots": PublicPage(),
    "voice:look_up": PublicPage(given=_look_up, leaves=False),
    "voice:receipt": PublicPage(receipt),
    "voice:message.rate": PublicPage(receipt, _fixed(process="satisfied", result="satisfied"), only_post=True),
}
