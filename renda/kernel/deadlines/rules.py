"""A deadline rule as a value: a figure with its citation, and which one holds for a tenant on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Unit = Literal["working_hours", "working_days", "hours", "days", "months"]
UNITS: tuple[Unit, ...] = get_args(Unit)
UNIT_NAMES: dict[Unit, str] = {
    "working_hours": "个工作小时",
    "working_days": "个工作日",
    "hours": "小时",
    "days": "日",
    "months": "个月",
}
NO_LIMIT = "法律未规定期限"


class UnknownRuleError(LookupError):
    """No rule of this key exists anywhere: a fault in a flow file or in code, never a refusal."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure of law or of local practice.

    ``amount`` None: the source names no figure (法律未规定期限). A negative amount counts back from the event
    (会议举行的二十日前). ``tenant_id`` or ``place`` (leading digits of the division code) make it local.
    ``valid_from`` None: no earlier version is recorded here; ``valid_to`` is the last day it holds.
    """

    key: str
    title: str
    amount: int | None
    unit: Unit
    from_event: str
    law: str = ""
    version: str = ""
    article: str = ""
    tenant_id: int | None = None
    place: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    @property
    def citation(self) -> str:
        """The source in words: law, version and article, or what the note says."""
        if not self.law:
            return self.note or "本平台默认规则"
        version = f"（{self.version}）" if self.version else ""
        return f"《{self.law}》{version}{self.article}"

    @property
    def figure(self) -> str:
        """The figure in words: 7个工作日."""
        if self.amount is None:
            return NO_LIMIT
        return f"{'提前' if self.amount < 0 else ''}{abs(self.amount)}{UNIT_NAMES[self.unit]}"

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on the day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def choose(rules: Iterable[Rule], path: Sequence[int], place: str, day: date) -> Rule | None:
    """The rule in force on a day for a tenant; None when none applies there.

    The nearest wins: the tenant itself, its ancestors upward (``path`` runs from the root down), then the longest
    place code that ``place`` begins with, then the national rule; among equals the latest ``valid_from``.
    """
    nearness = {tenant: 1000 + depth for depth, tenant in enumerate(path)}
    best: tuple[int, date] = (-1, date.min)
    chosen: Rule | None = None
    for rule in rules:
        if not rule.holds_on(day):
            continue
        if rule.tenant_id is not None:
            rank = nearness.get(rule.tenant_id, -1)
        else:
            rank = len(rule.place) if place.startswith(rule.place) else -1
        score = (rank, rule.valid_from or date.min)
        if rank >= 0 and (chosen is None or score > best):
            best, chosen = score, rule
    return chosen
