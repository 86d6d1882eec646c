"""What components take: small frozen shapes that a view fills and a template shows. No queries, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.forms import BaseForm

Tone = Literal["ok", "warn", "late", "run", "quiet"]

TONE_ICONS: Mapping[Tone, str] = {
    "ok": "circle-check",
    "warn": "clock-exclamation",
    "late": "alert-triangle",
    "run": "clock",
    "quiet": "circle-dashed",
}


@dataclass(frozen=True)
class State:
    """A state as word, colour and icon together; colour is never the only signal."""

    word: str
    tone: Tone = "run"
    icon: str = ""

    @property
    def icon_name(self) -> str:
        """The icon to draw: its own, else that of its tone."""
        return self.icon or TONE_ICONS[self.tone]


@dataclass(frozen=True)
class Step:
    """One of the steps of a progress line; ``at`` is a day, or a short text such as 9月12日前."""

    title: str
    at: date | datetime | str | None = None
    status: Literal["done", "current", "ahead", "skipped"] = "ahead"


STEPS = ("提出", "交办", "办理", "反馈")


def four_steps(current: int, times: Iterable[date | datetime | str | None] = ()) -> list[Step]:
    """The house's four steps 提出→交办→办理→反馈; ``current`` is 0 to 3, or 4 when all are done."""
    when = [*times, None, None, None, None]
    return [
        Step(title, when[index], "done" if index < current else "current" if index == current else "ahead")
        for index, title in enumerate(STEPS)
    ]


@dataclass(frozen=True)
class TrailLine:
    """One line of a case's trail. ``took`` is a short text such as 用时 2 小时."""

    title: str
    at: datetime
    by: str = ""
    note: str = ""
    tone: Tone = "run"
    took: str = ""
    on_behalf_of: str = ""
    template: str = ""
    extra: object = None


@dataclass(frozen=True)
class Tile:
    """A figure that can be opened: the number links to the rows behind it."""

    label: str
    value: str | int
    url: str
    hint: str = ""
    tone: Tone = "quiet"
    unit: str = ""


@dataclass(frozen=True)
class Press:
    """One button the flow allows, with the form it opens.

    ``key`` is the action's name (``message.answer``); ``hidden`` travels as hidden inputs (task, version). ``warning``
    is a sentence shown above the button of a step that cannot be taken back; ``confirm`` is that button's word where
    it differs from the title. ``template`` is included in the form (rows that a Django form cannot say).
    ``is_open``: show the panel unfolded. ``leads_to``: an address where its form is; the button is a link then.
    """

    key: str
    title: str
    url: str
    form: BaseForm | None = None
    primary: bool = False
    icon: str = ""
    hint: str = ""
    warning: str = ""
    confirm: str = ""
    hidden: Mapping[str, object] = field(default_factory=dict)
    is_open: bool = False
    template: str = ""
    leads_to: str = ""

    @property
    def anchor(self) -> str:
        """The id of its panel in the page."""
        return "act-" + self.key.replace(".", "-").replace("_", "-")

    @property
    def is_direct(self) -> bool:
        """Whether one press does it: nothing to fill in and nothing to be warned of."""
        return self.form is None and not self.template and not self.warning

    @property
    def unfolded(self) -> bool:
        """Whether to show the panel open: asked for, or what was typed has errors."""
        return self.is_open or bool(self.form is not None and self.form.is_bound and self.form.errors)


@dataclass(frozen=True)
class Crumb:
    """One breadcrumb; the last one has no link."""

    title: str
    url: str = ""
