"""What is counted of messages. Each measure is a condition on rows, so that a figure and the list behind it agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from renda.voice.models import Assignment, Message, Rating, Satisfaction, Solved, Verdict


@dataclass(frozen=True, slots=True)
class Measure:
    """One count. ``of``: the measure that it is a part of, whose count is its denominator."""

    key: str
    title: str
    condition: Q
    of: str = ""
    explained: str = ""


_ANSWERED = Q(answered_at__isnull=False)
MEASURES = {
    one.key: one
    for one in (
        Measure("received", "收到", Q(), explained="本月提出、未封存的留言"),
        Measure("accepted", "受理", Q(accepted_at__isnull=False), "received", "经审核受理的"),
        Measure("answered", "已答复", _ANSWERED, "received", "已有答复的，不论答复人是代表、联络站还是承办单位"),
        Measure(
            "solved",
            "已解决",
            _ANSWERED & Q(solved__in=(Solved.YES, Solved.ON_THE_SPOT)),
            "answered",
            "答复为“已解决”或“已就地协调解决”的",
        ),
        Measure("rated", "已评价", Q(last_result__isnull=False), "answered", "群众已评价的（以最近一次评价为准)"),
        Measure("satisfied", "满意", Q(last_result=Satisfaction.SATISFIED), "rated", "对办理结果评价为“满意”的"),
        Measure("fair", "基本满意", Q(last_result=Satisfaction.FAIR), "rated", "对办理结果评价为“基本满意”的"),
        Measure(
            "dissatisfied", "不满意", Q(last_result=Satisfaction.DISSATISFIED), "rated", "对办理结果评价为“不满意”的"
        ),
        Measure("sent_back", "退回过", Q(was_sent_back=True), "received", "承办单位退回过至少一次的"),
        Measure("redone", "重办过", Q(was_redone=True), "rated", "经研判重新办理过至少一次的"),
    )
}


def counted(rows: QuerySet[Message]) -> QuerySet[Message]:
    """The rows that statistics speak of, with what the conditions ask: sealed texts are in no figure."""
    ratings = Rating._base_manager.filter(message_id=OuterRef("pk"), by=Rating.By.CONSTITUENT)
    facts: dict[str, Any] = {
        "last_result": Subquery(ratings.order_by("-rated_at", "-id").values("result")[:1]),
        "was_redone": Exists(ratings.filter(verdict=Verdict.REDO)),
        "was_sent_back": Exists(Assignment._base_manager.filter(message_id=OuterRef("pk"), sent_back_at__isnull=False)),
    }
    return rows.filter(is_sealed=False).annotate(**facts)


def having(rows: QuerySet[Message], measure: str) -> QuerySet[Message]:
    """The rows behind a figure.

    Raises:
        KeyError: no such measure.
    """
    return counted(rows).filter(MEASURES[measure].condition)
