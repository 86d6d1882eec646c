"""The public zone's API: find deputies and stations, leave a message, look up its receipt. Copies and letters, no model."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar

from django.http import Http404, HttpRequest
from ninja import Header, Query, Schema, Status
from pydantic import ConfigDict, Field, StringConstraints

from renda.kernel.errors import Invalid, TooMany
from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Limit
from renda.openapi.house import HouseAPI
from renda.voice import finding
from renda.voice.public_forms import LookUpForm, MessageForm
from renda.voice.public_sending import NOT_FOUND, leave, looking_limits, sending_limits, story_of, target_of
from renda.voice.receipts import normalised, opens, query_word

api = HouseAPI(
    title="公众区接口",
    description="查找人大代表、代表联络站和接待日，给代表留言，查询办理进展。不需要登录。",
    urls_namespace="public_api",
)

Found = TypeVar("Found", finding.Deputy, finding.Station)
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}$")]
Text = Annotated[str, StringConstraints(max_length=5000)]


class PlaceOut(Schema):
    """An administrative division."""

    code: str
    name: str
    level: str


class MandateOut(Schema):
    """One seat."""

    level: str
    body_name: str
    district: str


class DayOut(Schema):
    """A reception day; ``cancelled``: why it is off."""

    id: int
    day: date
    starts_at: time
    ends_at: time
    person: str
    station: str
    address: str
    venue: str
    cancelled: str


class StationNameOut(Schema):
    """A station at which a deputy serves."""

    id: int
    name: str


class DeputyOut(Schema):
    """A deputy: who she is, never a contact or a mark. ``code``: where to leave her a message."""

    person_id: int
    name: str
    occupation: str
    is_demo: bool
    code: str
    mandates: list[MandateOut]
    stations: list[StationNameOut]
    days: list[DayOut]


class StationOut(Schema):
    """A station: where it is, when it is open."""

    id: int
    name: str
    kind: str
    place: str
    address: str
    opening: str
    is_demo: bool
    code: str
    days: list[DayOut]


class MessageIn(Schema):
    """What the public's form asks for. Photos come by the form only."""

    model_config = ConfigDict(extra="forbid")

    body: Annotated[str, StringConstraints(min_length=1, max_length=5000)]
    deputy: int | None = Field(None, description="二维码后的一位代表（person_id），不选由联络站处理")
    place: Annotated[str, StringConstraints(max_length=12)] = Field("", description="乡镇（街道）或村的区划代码")
    place_text: Annotated[str, StringConstraints(max_length=120)] = ""
    contact_name: Annotated[str, StringConstraints(max_length=30)] = ""
    contact_phone: Annotated[str, StringConstraints(max_length=20)] = ""
    may_publish: bool = False


class ReceiptOut(Schema):
    """Keep both: they open the receipt."""

    receipt_number: str
    word: str


class ReceiptIn(Schema):
    """The receipt's number and its word."""

    model_config = ConfigDict(extra="forbid")

    receipt_number: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    word: Annotated[str, StringConstraints(min_length=1, max_length=12)]


class StepOut(Schema):
    """A step of the way: done, now or to come."""

    title: str
    at: str
    status: str


class LineOut(Schema):
    """Something that has happened."""

    title: str
    at: datetime
    by: str
    note: str


class StoryOut(Schema):
    """How a message fares. ``registered`` False: it was left a moment ago."""

    registered: bool
    subject: str = ""
    state: str = ""
    steps: list[StepOut] = []
    lines: list[LineOut] = []
    answers: int = 0
    may_rate: bool = False


def _slowed(what: str, *limits: Limit) -> None:
    if seconds := public_zone.wait(*limits):
        raise TooMany(
            "public.too_many", f"{what}得太频繁了，请 {public_zone.in_words(seconds)}后再试。", seconds=seconds
        )


@api.get("/places", response=list[PlaceOut], url_name="places", summary="县（市、区），或一个区划的下一级")
def places(request: HttpRequest, under: Code | None = None) -> list[finding.Place]:
    """Without ``under`` the counties; below a county its townships, below a township its villages."""
    if under is None:
        return finding.counties()
    return finding.places_under(under, "township") or finding.places_under(under, "village")


@api.get("/deputies", response=list[DeputyOut], url_name="deputies", summary="按地点或姓名查找人大代表（最多 200 位）")
def deputies(
    request: HttpRequest,
    place: Code | None = None,
    name: Annotated[str | None, Query(max_length=30, description="姓名、拼音或首字母")] = None,
) -> list[finding.Deputy]:
    """By place all who represent it, nearest level first; by name where no place is given."""
    if place is not None:
        return finding.deputies_for(place)
    return finding.deputies_named(name or "")


@api.get("/deputies/{int:person_id}", response=DeputyOut, url_name="deputy", summary="一位人大代表和她的接待日")
def deputy(request: HttpRequest, person_id: int) -> finding.Deputy:
    """One who is in office."""
    return _found(finding.deputy(person_id))


@api.get("/stations", response=list[StationOut], url_name="stations", summary="一个地方的代表联络站")
def stations(request: HttpRequest, place: Code) -> list[finding.Station]:
    """At the place, in it and (for a village) in its township."""
    return finding.stations_at(place)


@api.get("/stations/{int:station_id}", response=StationOut, url_name="station", summary="一个联络站和它的接待日")
def station(request: HttpRequest, station_id: int) -> finding.Station:
    """One that is open."""
    return _found(finding.station(station_id))


def _found(one: Found | None) -> Found:
    if one is None:
        raise Http404
    return one


@api.post(
    "/codes/{code}/messages",
    response={201: ReceiptOut},
    url_name="message.submit",
    summary="给二维码上的代表或联络站留言",
)
def submit(
    request: HttpRequest,
    code: Annotated[str, StringConstraints(max_length=20)],
    given: MessageIn,
    idempotency_key: Annotated[
        str, Header(min_length=8, max_length=100, description="每份留言一个；断线后用同一个再发，不会重复登记")
    ],
) -> Status[dict[str, str]]:
    """The same letter as the form's; the same key with the same words gives the same receipt."""
    target = target_of(code)
    form = MessageForm(given.model_dump(exclude={"deputy"}), places=finding.places_of(target.wall_code.tenant_id))
    if not form.is_valid():
        raise Invalid("message.submit", fields={name: str(errors[0]) for name, errors in form.errors.items()})
    chosen = "" if given.deputy is None else str(given.deputy)
    if chosen and target.chosen(chosen) is None:
        raise Invalid("message.deputy", fields={"deputy": "这位代表不在这个二维码的接待范围内。"})
    _slowed("提交", *sending_limits(request))
    number = leave(target, chosen, form, idempotency_key)
    return Status(201, {"receipt_number": number, "word": query_word(number)})


@api.post("/receipts/look-up", response=StoryOut, url_name="look_up", summary="凭受理编号和查询码查办理进展")
def look_up(request: HttpRequest, given: ReceiptIn) -> dict[str, Any]:
    """A wrong pair says the same whatever is wrong. It is a POST so that no log has the word."""
    form = LookUpForm(given.model_dump())
    if not form.is_valid():
        raise Invalid("receipt.look_up", fields={name: str(errors[0]) for name, errors in form.errors.items()})
    number = normalised(form.cleaned_data["receipt_number"])
    _slowed("查询", *looking_limits(request, number))
    if not opens(number, form.cleaned_data["word"]):
        raise Invalid("receipt.look_up", NOT_FOUND)
    _, story = story_of(number)
    if story is None:
        return {"registered": False}
    return {**story, "registered": True, "state": story["state"]["word"]}
