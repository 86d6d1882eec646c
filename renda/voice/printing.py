"""A message as a printed case."""

from __future__ import annotations

from renda.kernel.documents import api as documents
from renda.kernel.flow import api as flow
from renda.kernel.ui import wording
from renda.voice.models import Message, Rating
from renda.voice.telling import STATES, assignment_lines, in_order, inner_line


def message_as_pdf(message: Message) -> bytes:
    """The case as PDF: title, number, state, text, trail, answers; 演示数据 is marked."""
    answers = list(message.answers.select_related("organisation", "author"))
    lines = assignment_lines(message.assignments.select_related("unit", "assigned_by")) + inner_line(
        message, flow.trail(message.case_id), answers, Rating.objects.filter(message=message)
    )
    last = answers[-1] if answers else None
    return documents.pdf(
        "case",
        {
            "title": message.subject,
            "number": message.number or message.receipt_number,
            "state": STATES[message.state_key].word,
            "congress": message.tenant.name,
            "submitted": wording.moment(message.submitted_at),
            "text": "（原文已封存）" if message.is_sealed else message.body,
            "trail": [
                {"at": wording.moment(line.at), "title": line.title, "by": line.by, "note": line.note}
                for line in in_order(lines)
            ],
            "answer": last.body if last else "",
            "demo": message.is_demo,
        },
    )
