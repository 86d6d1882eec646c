"""Synthetic messages for the demo city: what constituents could write, what units could answer.

All sentences are our own; nobody's message is copied. The same seed gives the same texts.
"""

from .writer import Outcome, SyntheticMessage, answer, categories, comment, deputy_note, generate, outcomes

__all__ = ["Outcome", "SyntheticMessage", "answer", "categories", "comment", "deputy_note", "generate", "outcomes"]
