"""What the public zone is given of messages: the receipt of each, closed so that only number and word open it.

Who joined a public message has a receipt too; it tells the public text and the state, never what its writer wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from renda.kernel.exchange.api import Draft
from renda.kernel.flow import api as flow
from renda.kernel.ui.shapes import TrailLine
from renda.voice.models import Answer, Joiner, Message, Publication, Rating, Stage
from renda.voice.public_copies import public_of, step_said
from renda.voice.receipts import closed, copy_key
from renda.voice.telling import STATES, TOLD, public_line, public_steps


def receipt_keys() -> Iterator[str]:
    """Every message has a receipt, and everybody who joined one; its key is the receipt number."""
    yield from Message.objects.order_by("id").values_list("receipt_number", flat=True)
    yield from Joiner.objects.order_by("id").values_list("receipt_number", flat=True)


def expand_receipts(words: Sequence[str]) -> Iterable[str]:
    """The receipts of those who joined ``message:ID``."""
    ids = [int(word.partition(":")[2]) for word in words if word.startswith("message:")]
    return Joiner.objects.filter(message_id__in=ids).values_list("receipt_number", flat=True)


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
        yield _closed(message.receipt_number, story)
    yield from _build_joiners(wanted)


def _closed(receipt_number: str, story: dict[str, Any]) -> Draft:
    return Draft(copy_key(receipt_number), {"closed": closed(receipt_number, story)})


def _build_joiners(wanted: Sequence[str]) -> Iterator[Draft]:
    rows = Joiner.objects.filter(receipt_number__in=wanted).defer("contact_name", "contact_phone")
    joiners = list(rows.select_related("message__lead_unit").prefetch_related("ratings"))
    if not joiners:
        return
    messages = {joiner.message_id for joiner in joiners}
    public = public_of(messages)
    rows_of = Answer.objects.filter(message_id__in=messages).order_by().values_list("message_id")
    answers = {one: (last, count) for one, last, count in rows_of.annotate(last=Max("answered_at"), count=Count("id"))}
    for joiner in joiners:
        last, count = answers.get(joiner.message_id, (None, 0))
        yield _closed(joiner.receipt_number, _joined(joiner, public.get(joiner.message_id), last, count))


def _joined(joiner: Joiner, public: Publication | None, last: datetime | None, count: int) -> dict[str, Any]:
    """The matter as somebody sees it who joined it: public words only."""
    message, ratings = joiner.message, list(joiner.ratings.all())
    told = last is not None and message.stage not in {Stage.DELIVER, Stage.TERMINATED}
    reviewed = public is not None and public.answers >= count
    lines = [TrailLine("您共同反映了这件事", joiner.joined_at, note=joiner.note, tone="ok")]
    if told and last is not None:
        note = public.answer if reviewed and public is not None else "答复内容审核后在这里显示。"
        lines.append(TrailLine("已答复", last, note=note, tone="ok"))
    lines += [
        TrailLine(
            f"您的评价：过程{one.get_process_display()}，结果{one.get_result_display()}", one.rated_at, note=one.comment
        )
        for one in ratings
    ]
    if message.concluded_at is not None and message.stage == Stage.CONCLUDED:
        lines.append(TrailLine("已办结", message.concluded_at, tone="ok"))
    state = STATES[message.state_key]
    return {
        "subject": public.subject if public is not None else "您共同反映的事项",
        "body": public.body if public is not None else "",
        "is_sealed": False,
        "joined": str(message.pk) if public is not None else "",
        "is_joiner": True,
        "may_publish": False,
        "state": {"word": state.word, "tone": state.tone},
        "steps": [step_said(step) for step in public_steps(message)],
        "lines": [_line(line) for line in sorted(lines, key=lambda line: line.at)],
        "answers": count,
        "may_rate": told and reviewed and not any(last is not None and one.rated_at >= last for one in ratings),
    }


def _line(line: TrailLine) -> dict[str, str]:
    return {"title": line.title, "at": line.at.isoformat(), "by": line.by, "note": line.note, "tone": line.tone}


def _story(message: Message, answers: list[Answer], ratings: list[Rating], events: list[Any]) -> dict[str, Any]:
    """The line of one message as its writer sees it, in what JSON can say."""
    state = STATES[message.state_key]
    return {
        "subject": message.subject,
        "body": "" if message.is_sealed else message.body,
        "is_sealed": message.is_sealed,
        "joined": "",
        "is_joiner": False,
        "may_publish": message.may_publish,
        "state": {"word": state.word, "tone": state.tone},
        "steps": [step_said(step) for step in public_steps(message)],
        "lines": [_line(line) for line in public_line(message, answers, events, ratings)],
        "answers": len(answers),
        "may_rate": message.stage == Stage.RATING and len(ratings) < len(answers),
    }
