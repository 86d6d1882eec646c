"""Words that both zones use; no model is needed for them."""

from __future__ import annotations

from django.db.models import TextChoices

# Photos that one message may carry.
PHOTOS = 6


class Satisfaction(TextChoices):
    """The three words every city uses."""

    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
