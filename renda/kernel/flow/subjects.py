"""What a flow may know of the business it moves: the fields, actions and events of each kind of subject.

A capability says it once, in its `AppConfig.ready`; the checker holds every flow file against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from renda.kernel.flow.conditions import FieldType

# What every task knows without the business saying so.
COMMON_ACTIONS: Mapping[str, str] = {"submit": "提交", "approve": "同意", "reject": "不同意", "handle": "办理"}


@dataclass(frozen=True, slots=True)
class SubjectType:
    """One kind of subject. ``fields``: name → type; ``actions`` and ``events``: name → Chinese title."""

    label: str
    title: str
    fields: Mapping[str, FieldType]
    actions: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    field_titles: Mapping[str, str] = field(default_factory=dict)

    def action_title(self, action: str) -> str:
        """The Chinese title of an action, the action itself when it has none."""
        return self.actions.get(action) or COMMON_ACTIONS.get(action, action)


SUBJECTS: dict[str, SubjectType] = {}


def register_subject(
    label: str,
    *,
    title: str,
    fields: Mapping[str, FieldType],
    actions: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
    field_titles: Mapping[str, str] | None = None,
) -> SubjectType:
    """Register a kind of subject under its model's label (``voice.Message``).

    Raises:
        ValueError: the label is registered with other contents.
    """
    made = SubjectType(label, title, fields, actions or {}, events or {}, field_titles or {})
    if SUBJECTS.setdefault(label, made) != made:
        raise ValueError(f"subject {label} is registered twice")
    return made
