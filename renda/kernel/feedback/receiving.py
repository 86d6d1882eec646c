"""What the public has said about renda comes in from the public zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renda.kernel.errors import RendaError
from renda.kernel.exchange.api import DONE, Outcome, Parcel, register_handler
from renda.kernel.feedback.actions import feedback_send
from renda.kernel.parties import Actor


def receive(parcels: Sequence[Parcel]) -> Mapping[str, Outcome]:
    """Each once."""
    outcomes: dict[str, Outcome] = {}
    for parcel in parcels:
        said = {name: str(parcel.content.get(name, "")) for name in ("text", "contact", "page")}
        try:
            actor = Actor.public(address=str(parcel.content.get("sender", "")))
            feedback_send.once(parcel.key).at(parcel.made_at)(actor, **said)
            outcomes[parcel.key] = DONE
        except RendaError as error:
            outcomes[parcel.key] = Outcome("quarantined", error.message)
    return outcomes


register_handler("feedback.send", receive)
