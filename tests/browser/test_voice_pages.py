"""Every template of messages: axe finds nothing serious, on the phone and at the desk, in both modes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import Page

from renda.kernel.parties import Actor
from renda.voice import actions
from renda.voice.models import Message
from renda.voice.public_sending import token
from renda.voice.tests.conftest import Story, story  # noqa: F401 - the fixture
from tests import congress
from tests.browser.visitor import HEIGHTS, Visitor, assert_large_enough, axe, screenshot
from tests.browser.voice import CONSTITUENT, Town

LONG = "关于花园社区至路口中学道路两侧人行道破损积水、路灯不亮、树枝遮挡交通信号灯需要一并整治的情况反映"


def messages(story: Story) -> dict[str, Message]:  # noqa: F811 - named after the fixture
    """One message at each stage whose page differs."""
    vetted = story.submitted(contact_name="王女士", contact_phone="13800001111", subject=LONG)
    extension = story.tell("township_officer", "receive", story.assigned())
    assert extension.due_at is not None
    until = extension.due_at + timedelta(days=9)
    extension = story.tell("township_officer", "extend", extension, until=until, reason="需要招标。")
    unhappy = story.delivered()
    rated = {"process": "satisfied", "result": "dissatisfied", "comment": "又坏了。"}
    actions.message_rate(Actor.public([unhappy.tenant_id]), unhappy.id, **rated)
    redirected = story.tell("presidium_vetter", "redirect", story.submitted(), door="court", reason="正在法院审理。")
    return {
        "vet": vetted,
        "extension": extension,
        "county": story.referred_up(),
        "rating": story.delivered(),
        "unhappy": story.fresh(unhappy),
        "redirected": redirected,
    }


def public_pages(town: Town, at: dict[str, Message]) -> dict[str, str]:
    cast = town.story.cast
    station = cast.stations["township"]
    congress.outline(cast, "county", "other_county")
    congress.place_station(cast, station, longitude=Decimal("114.9"), latitude=Decimal("30.5"))
    return {
        "home": "/",
        "found": "/?county=421102000000&township=421102101000",
        "wrong-code": "/?code=ABCD",
        "nobody": "/?q=没有这个人",
        "code": town.code,
        "submit": town.code + "message/",
        "deputy": f"/deputies/{cast.people['deputy'].pk}/",
        "station": f"/stations/{station.tenant_id}/{station.pk}/",
        "stations": "/stations/?county=421102000000",
        "map": "/map/",
        "map-county": "/map/421102000000/",
        "offline": "/ui/offline/",
        "feedback": "/feedback/",
        "help": "/help/",
        "lost": "/nowhere/",
        "look-up": "/receipt/",
        "receipt": f"/receipt/{token(at['vet'].receipt_number, fresh=True)}/",
        "receipt-waiting": f"/receipt/{token('2601-XXXXXXXX', fresh=True)}/",
        "receipt-rating": f"/receipt/{token(at['rating'].receipt_number)}/",
        "receipt-redirected": f"/receipt/{token(at['redirected'].receipt_number)}/",
    }


def inner_pages(town: Town, at: dict[str, Message]) -> dict[str, list[str]]:
    case = {name: f"/messages/{message.pk}/" for name, message in at.items()}
    return {
        "presidium_vetter": [case["vet"]],
        "presidium_clerk": ["/bench/", "/messages/new/", "/messages/", "/codes/"],
        "presidium_assigner": ["/bench/", case["extension"]],
        "county_assigner": [case["county"]],
        "township_officer": [case["extension"], "/messages/?q=xyzxyz"],
        "station_manager": [
            case["unhappy"],
            "/bench/done/",
            f"/codes/stations/{town.story.cast.stations['township'].pk}/",
        ],
        "deputy": ["/codes/", "/bench/"],
    }


def unfolded(page: Page) -> None:
    """Open every panel: what is folded must be accessible too."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach(part => { part.removeAttribute('name'); part.open = true; })"
    )


def looked_at(town: Town, role: str, paths: list[str], names: list[str]) -> Iterator[tuple[Page, bool, int]]:
    """Each page once a mode, looked at in both widths (the second time only laid out anew)."""
    for elder in (False, True):
        page = town.open_as(role, paths[0], 1440, elder=elder)
        for path, name in zip(paths, names, strict=True):
            page.goto((town.visitor.public_url if role == CONSTITUENT else town.visitor.url) + path)
            for width in (1440, 360):
                page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                screenshot(page, f"voice-{name}-{'elder' if elder else 'normal'}-{width}")
                assert_large_enough(page, elder=elder)
                unfolded(page)
                yield page, elder, width
        page.context.close()


def test_every_template_is_accessible(story: Story, visitor: Visitor) -> None:  # noqa: F811 - the fixture
    town = Town(story, visitor)
    at = messages(story)
    public = public_pages(town, at)
    sets = [(CONSTITUENT, list(public.values()), list(public))]
    for role, paths in inner_pages(town, at).items():
        sets.append((role, paths, [f"{role}-{number}" for number in range(len(paths))]))
    for role, paths, names in sets:
        for page, _elder, _width in looked_at(town, role, paths, names):
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
