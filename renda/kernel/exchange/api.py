"""The border, as capabilities of the inner zone use it."""

from renda.kernel.exchange.publishing import publish, publish_marked, reconcile
from renda.kernel.exchange.registry import (
    DONE,
    Draft,
    Outcome,
    Parcel,
    register_builder,
    register_handler,
)

__all__ = [
    "DONE",
    "Draft",
    "Outcome",
    "Parcel",
    "publish",
    "publish_marked",
    "reconcile",
    "register_builder",
    "register_handler",
]
