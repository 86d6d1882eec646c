"""Addresses of former messages, drafts and the hotline's desk."""

from __future__ import annotations

from tests.gates.addresses import _NOT_HERS, _REASON, Page, fixed, press, row
from tests.gates.city import NOBODY

_NOT_HISTORY = ("presidium_vetter", "deputy", "case_officer")
_NOT_HOTLINE = ("township_officer", "strange_officer", "county_assigner", "deputy")

FORMER_PAGES: dict[str, Page] = {
    "voice:message.paste": press(
        "presidium_clerk",
        lambda _: [],
        fixed(**{"paste-text": "路灯坏了。"}),
        "deputy",
        "case_officer",
        strangers=(NOBODY,),
    ),
    "voice:draft.drop": press(
        "presidium_clerk", row("message_draft"), fixed(), "presidium_vetter", "deputy", "other_township_clerk"
    ),
    "voice:past.list": Page("presidium_clerk", own="the former messages that exist for oneself, perhaps none"),
    "voice:past.page": Page("presidium_clerk", row("past"), wrong=("case_officer", *_NOT_HERS)),
    "voice:past.reveal": press("presidium_clerk", row("past"), _REASON, "case_officer", *_NOT_HERS, status=200),
    "voice:import.list": Page("presidium_clerk", wrong=_NOT_HISTORY),
    "voice:import.template": Page("presidium_clerk", wrong=_NOT_HISTORY),
    "voice:import.page": Page("presidium_clerk", row("preview"), wrong=(*_NOT_HISTORY, "other_township_clerk")),
    "voice:import.start": press(
        "presidium_clerk", row("preview"), fixed(), *_NOT_HISTORY, "other_township_clerk", "county_clerk"
    ),
    "voice:import.take_back": press(
        "presidium_clerk", row("preview"), fixed(), *_NOT_HISTORY, "other_township_clerk", "county_clerk"
    ),
    "voice:import.wrong": Page("presidium_clerk", row("preview"), wrong=(*_NOT_HISTORY, "other_township_clerk")),
    "voice:hotline": Page("case_officer", wrong=_NOT_HOTLINE),
    "voice:hotline.handover": Page("case_officer", wrong=_NOT_HOTLINE),
    "voice:hotline.release": press("case_officer", lambda _: [], fixed(), *_NOT_HOTLINE),
    "voice:hotline.number": press("case_officer", row("ticket"), fixed(number="HG1"), *_NOT_HOTLINE),
}
