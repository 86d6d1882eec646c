"""What the public zone is given of messages: the receipt of each, closed so that only number and word open it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from renda.kernel.exchange.api import Draft
from renda.kernel.flow import api as flow
from renda.kernel.ui.shapes import Step
from renda.voice.models import Answer, Message, Rating, Stage
from renda.voice.receipts import closed, copy_key
from renda.voice.telling import STATES, TOLD, public_line, public_steps


def receipt_keys() -> Iterable[str]:
    """Every message has a receipt; its key is the receipt number."""
    return Message.objects.order_by("id").values_list("receipt_number", flat=True)


def build_receipts(wanted: Sequence[str]) -> Iterator[Draft]:
    """Found by ``copy_key`` of the number alone; it has no terms, no words and no order that could tell anything."""
    rows = Message.objects.filter(receipt_number__in=wanted).select_related("lead_unit")
    messages = list(rows.defer("proposal", "contact_name", "contact_phone"))
    answers: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(message__in=messages).select_related("organisation"):
        answers[answer.message_id].append(answer)
    ratings: defaultdict[int, list[Rating]] = defaultdict(list)
    for rating in Rating.objects.filter(message__in=messages, by=Rating.By.CONSTITUENT).order_by("id"):
        ratings[rating.message_id].append(rating)
    events: defaultdict[int, list[Any]] = defaultdict(list)
    for event in flow.said([message.case_id for message in messages if message.case_id], TOLD):
        events[event.case_id].append(event)
    for message in messages:
        story = _story(message, answers[message.id], ratings[message.id], events[message.case_id])
        yield Draft(copy_key(message.receipt_number), {"closed": closed(message.receipt_number, story)})


def _story(message: Message, answers: list[Answer], ratings: list[Rating], events: list[Any]) -> dict[str, Any]:
    """The line of one message as its writer sees it, in what JSON can say."""
    state = STATES[message.state_key]
    return {
        "subject": message.subject,
        "body": "" if message.is_sealed else message.body,
        "is_sealed": message.is_sealed,
        "may_publish": message.may_publish,
        "state": {"word": state.word, "tone": state.tone},
        "steps": [_step(step) for step in public_steps(message)],
        "lines": [
            {"title": line.title, "at": line.at.isoformat(), "by": line.by, "note": line.note, "tone": line.tone}
            for line in public_line(message, answers, events, ratings)
        ],
        "answers": len(answers),
        "may_rate": message.stage == Stage.RATING and len(ratings) < len(answers),
    }


def _step(step: Step) -> dict[str, str]:
    at = step.at if isinstance(step.at, str) else step.at.isoformat() if step.at else ""
    return {"title": step.title, "at": at, "status": step.status}
