"""A first proposal of what the public may read of a message: personal data masked, as far as its shape gives it away."""

from __future__ import annotations

from collections.abc import Sequence

from renda.kernel.privacy.api import KeyLostError, redact
from renda.voice.models import Answer, Message, Publication, Stage

SHORTEST_NAME = 2  # a single character stands in too many words


def draft_of(message: Message, answers: Sequence[Answer], public: Publication | None) -> dict[str, str]:
    """Subject, body and answer to begin with: what was made public before, else the originals masked.

    An answer that came after the last review is put below the answers that are public already.
    """
    own = _own_data(message)
    told = [one for one in answers if not (message.stage == Stage.DELIVER and one.by == Answer.By.UNIT)]
    if public is None:
        return {
            "subject": masked(message.subject, own),
            "body": masked(message.body, own),
            "answer": "\n\n".join(_answer(one, own) for one in told),
        }
    later = [_answer(one, own) for one in told[public.answers :]]
    return {
        "subject": public.subject,
        "body": public.body,
        "answer": "\n\n".join(filter(None, (public.answer, *later))),
    }


def masked(text: str, own: Sequence[str] = ()) -> str:
    """``text`` without what looks like personal data, and without the writer's own name and number wherever they stand."""
    for word in own:
        text = text.replace(word, "〔个人信息〕")
    return redact(text)


def _answer(answer: Answer, own: Sequence[str]) -> str:
    by = f"{answer.organisation.name}：" if answer.organisation else ""
    return by + masked(answer.body, own)


def _own_data(message: Message) -> list[str]:
    """What the writer left of herself. It is read to be taken out, and shown to nobody."""
    try:
        given = (str(message.contact_name).strip(), str(message.contact_phone).strip())
    except KeyLostError:
        return []
    return [word for word in given if len(word) >= SHORTEST_NAME]
