"""What comes in from the public zone: messages and ratings, by the same actions in their set form, each exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from renda.congress.api import Place, Station, WallCode, open_codes
from renda.kernel.errors import RendaError
from renda.kernel.exchange.api import DONE, Outcome, Parcel, register_handler
from renda.kernel.files.api import IMAGES, store
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.voice import actions
from renda.voice.models import Joiner, Message

SUBMIT, RATE = "message.submit", "message.rate"
JOIN, WITHDRAW = "joiner.join", "message.withdraw_consent"
_TEXTS = ("body", "place_text", "contact_name", "contact_phone", "receipt_number")


def submit(parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
    """Messages that constituents have left. A repeated package finds its message made."""
    codes = open_codes([str(parcel.content.get("code", "")) for parcel in parcels])
    outcomes: dict[str, Outcome] = {}
    by_tenant: defaultdict[int, list[tuple[Parcel, WallCode]]] = defaultdict(list)
    for parcel in parcels:
        code = codes.get(str(parcel.content.get("code", "")))
        if code is None:
            outcomes[parcel.key] = Outcome("quarantined", "二维码已停用或不存在。")
        else:
            by_tenant[code.tenant_id].append((parcel, code))
    for tenant_id, given in by_tenant.items():
        outcomes |= _submit_in(tenant_id, given)
    return outcomes


def _submit_in(tenant_id: int, given: Sequence[tuple[Parcel, WallCode]]) -> dict[str, Outcome]:
    actor = Actor.public([tenant_id])
    made = actions.message_submit.made(actor, [parcel.key for parcel, _ in given])
    outcomes = dict.fromkeys(made, DONE)
    fresh = [(parcel, code) for parcel, code in given if parcel.key not in made]
    with tenant_transaction([tenant_id]):
        stations = Station.objects.in_bulk({code.station_id for _, code in fresh if code.station_id is not None})
    for _, code in fresh:
        code.station = stations.get(code.station_id)
    places = {
        place.code: place
        for place in Place.objects.filter(code__in=[str(parcel.content.get("place", "")) for parcel, _ in fresh])
    }
    ready: list[tuple[Parcel, dict[str, Any]]] = []
    for parcel, code in fresh:
        try:
            ready.append((parcel, _arguments(parcel, code, places)))
        except RendaError as error:
            outcomes[parcel.key] = Outcome("quarantined", error.message)
    return outcomes | _made(actor, ready)


def _made(actor: Actor, ready: Sequence[tuple[Parcel, dict[str, Any]]]) -> dict[str, Outcome]:
    """All in one transaction; a refused one is looked for by halves, and stands alone at the end."""
    if not ready:
        return {}
    try:
        actions.message_submit.many(
            actor,
            [given for _, given in ready],
            times=[parcel.made_at for parcel, _ in ready],
            keys=[parcel.key for parcel, _ in ready],
        )
    except (RendaError, IntegrityError) as error:
        if half := len(ready) // 2:
            return _made(actor, ready[:half]) | _made(actor, ready[half:])
        if isinstance(error, IntegrityError):
            return {ready[0][0].key: Outcome("quarantined", "受理编号与另一件重复，请改用新的编号登记。")}
        return {ready[0][0].key: Outcome("quarantined", error.message)}
    return {parcel.key: DONE for parcel, _ in ready}


def _arguments(parcel: Parcel, code: WallCode, places: Mapping[str, Place]) -> dict[str, Any]:
    said = parcel.content
    photos = [
        store(SimpleUploadedFile(f"照片{number}.jpg", content), accept=IMAGES)
        for number, content in enumerate(parcel.parts.values(), start=1)
    ]
    return {
        **{name: str(said.get(name, "")) for name in _TEXTS},
        "tenant": code.tenant,
        "code": code,
        "deputy_id": int(said["deputy"]) if said.get("deputy") else None,
        "place": places.get(str(said.get("place", ""))),
        "may_publish": said.get("may_publish") is True,
        "photos": photos,
    }


def rate(parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
    """Ratings of answers, by the receipt's number: of the writer, or of one who joined."""

    def work(actor: Actor, parcel: Parcel, found: Message | Joiner) -> None:
        act: Any = actions.joiner_rate if isinstance(found, Joiner) else actions.message_rate
        given = {name: str(parcel.content.get(name, "")) for name in ("process", "result", "comment")}
        act.once(parcel.key).at(parcel.made_at)(actor, found.pk, **given)

    return _each(parcels, work, joiners=True)


def withdraw(parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
    """Constituents who do not agree any more to their message being public."""

    def work(actor: Actor, parcel: Parcel, found: Message | Joiner) -> None:
        actions.message_withdraw_consent.once(parcel.key).at(parcel.made_at)(actor, found.pk)

    return _each(parcels, work)


def _each(
    parcels: Sequence[Parcel], work: Callable[[Actor, Parcel, Message | Joiner], None], *, joiners: bool = False
) -> dict[str, Outcome]:
    """One act for each package that names a receipt; what it names is read for all together."""
    numbers = [str(parcel.content.get("receipt_number", "")) for parcel in parcels]
    found: dict[str, Message | Joiner] = {}
    with tenant_transaction(_everywhere()):
        if joiners:
            found |= Joiner.objects.filter(receipt_number__in=numbers).in_bulk(field_name="receipt_number")
        found |= Message.objects.filter(receipt_number__in=numbers).in_bulk(field_name="receipt_number")
    outcomes: dict[str, Outcome] = {}
    for parcel, number in zip(parcels, numbers, strict=True):
        if number not in found:
            outcomes[parcel.key] = Outcome("quarantined", "没有这个受理编号。")
            continue
        try:
            work(Actor.public([found[number].tenant_id]), parcel, found[number])
            outcomes[parcel.key] = DONE
        except RendaError as error:
            outcomes[parcel.key] = Outcome("quarantined", error.message)
    return outcomes


def _everywhere() -> list[int]:
    return list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))


def join(parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
    """Those who join a public message."""
    ids = [int(parcel.content.get("message", 0)) for parcel in parcels]
    with tenant_transaction(_everywhere()):
        messages = Message.objects.in_bulk(ids)
    outcomes: dict[str, Outcome] = {}
    for parcel, key in zip(parcels, ids, strict=True):
        message = messages.get(key)
        if message is None:
            outcomes[parcel.key] = Outcome("quarantined", "没有这件留言。")
            continue
        given = {
            name: str(parcel.content.get(name, ""))
            for name in ("receipt_number", "note", "contact_name", "contact_phone")
        }
        try:
            actor = Actor.public([message.tenant_id])
            actions.joiner_join.once(parcel.key).at(parcel.made_at)(actor, message=message, **given)
            outcomes[parcel.key] = DONE
        except RendaError as error:
            outcomes[parcel.key] = Outcome("quarantined", error.message)
    return outcomes


register_handler(SUBMIT, submit)
register_handler(RATE, rate)
register_handler(JOIN, join)
register_handler(WITHDRAW, withdraw)
