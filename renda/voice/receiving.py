"""What comes in from the public zone: messages and ratings, by the same actions in their set form, each exactly once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
from renda.voice.models import Message

SUBMIT, RATE = "message.submit", "message.rate"
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
    """Ratings of answers, by the receipt's number."""
    tenants = list(Tenant.objects.filter(is_active=True).values_list("id", flat=True))
    numbers = [str(parcel.content.get("receipt_number", "")) for parcel in parcels]
    with tenant_transaction(tenants):
        found = Message.objects.filter(receipt_number__in=numbers).in_bulk(field_name="receipt_number")
    outcomes: dict[str, Outcome] = {}
    for parcel, number in zip(parcels, numbers, strict=True):
        message = found.get(number)
        if message is None:
            outcomes[parcel.key] = Outcome("quarantined", "没有这个受理编号。")
            continue
        given = {name: str(parcel.content.get(name, "")) for name in ("process", "result", "comment")}
        try:
            actor = Actor.public([message.tenant_id])
            actions.message_rate.once(parcel.key).at(parcel.made_at)(actor, message.id, **given)
            outcomes[parcel.key] = DONE
        except RendaError as error:
            outcomes[parcel.key] = Outcome("quarantined", error.message)
    return outcomes


register_handler(SUBMIT, submit)
register_handler(RATE, rate)
