"""On paper: a message for the file, codes for the wall."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from renda.kernel import clock
from renda.kernel.documents import api as documents
from renda.kernel.flow import api as flow
from renda.kernel.parties import Actor
from renda.kernel.ui import wording
from renda.voice.models import Message
from renda.voice.telling import STATES
from renda.voice.trail import Record


def message_as_pdf(actor: Actor, message: Message) -> bytes:
    """The message with its handling as an A4 paper: head, text, trail, answers, lines to sign.

    Raises:
        MissingFontError: no Chinese font on this machine.
    """
    record = Record.of(message)
    lines = record.trail(flow.view(actor, message.case_id, subject=message))
    sections: list[documents.Section] = [
        {"heading": "留言内容", "text": "（原文已封存）" if message.is_sealed else message.body},
        *(
            documents.Section(
                heading=answer.organisation.name if answer.organisation else answer.get_by_display(), text=answer.body
            )
            for answer in record.answers
        ),
    ]
    paper: documents.CasePaper = {
        "brand": settings.RENDA_BRAND,
        "kind": "群众留言办理单",
        "title": message.subject,
        "number": message.number or message.receipt_number,
        "state": STATES[message.state_key].word,
        "rows": _rows(message),
        "sections": sections,
        "trail": [
            {"at": wording.moment(line.at), "title": line.title, "by": line.by, "note": line.note} for line in lines
        ],
        "signatures": ["承办人", "负责人"],
        "printed": wording.moment(clock.now()),
        "is_demo": message.is_demo,
    }
    return documents.pdf("case_paper", documents.case_data(paper))


def _rows(message: Message) -> list[documents.Row]:
    place = f"{message.place.name}{message.place_text}" if message.place else message.place_text
    told = {
        "受理人大": message.tenant.name,
        "提出时间": wording.moment(message.submitted_at),
        "来源": message.get_channel_display(),
        "地点": place,
        "类别": message.category,
        "代表": message.deputy.name if message.deputy else "",
        "主办单位": message.lead_unit.name if message.lead_unit else "",
        "解决情况": message.get_solved_display(),
    }
    return [{"label": label, "value": value} for label, value in told.items() if value]


def codes_as_pdf(layout: str, cards: Sequence[documents.CodeCard], *, is_demo: bool) -> bytes:
    """Wall codes as ``code_sheet`` (six a page, to cut) or ``code_poster`` (one a page).

    Raises:
        MissingFontError: no Chinese font on this machine.
    """
    data = documents.code_data(
        settings.RENDA_BRAND,
        cards,
        headline="有事找代表",
        steps=("扫码", "留言", "查进度"),
        help_line="不会扫码的，请联络站工作人员代为登记。",
        is_demo=is_demo,
    )
    return documents.pdf(layout, data)
