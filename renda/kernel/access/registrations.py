"""The menu entry: whoever may open or review."""

from __future__ import annotations

from renda.kernel import policy
from renda.kernel.access.api import OPEN, REVIEW
from renda.kernel.parties import Actor
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry


def _concerned(actor: Actor) -> bool:
    return policy.may(actor, OPEN, None) or policy.may(actor, REVIEW, None)


menu.register(Entry("access", "紧急授权", "access:access.open", icon="key", order=90, visible=_concerned))
