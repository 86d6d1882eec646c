"""Words that both zones use; no model is needed for them."""

from __future__ import annotations

import re

from django.db.models import TextChoices

# Photos that one message may carry.
PHOTOS = 6


class Satisfaction(TextChoices):
    """The three words every city uses."""

    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


def first_words(body: str) -> str:
    """A title out of the text: its first sentence, at most 30 characters."""
    line = re.split(r"[\n。！？；!?;]", body, maxsplit=1)[0]
    return line if len(line) <= 30 else line[:29] + "…"
