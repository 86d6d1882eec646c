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


# Chinese words for what stands before the ``@`` of a who expression: ``post:assigner`` → 交办人.
WHO_TITLES: dict[str, str] = {"initiator": "发起人", "head": "单位负责人"}


def register_who_titles(titles: Mapping[str, str]) -> None:
    """Register the words for the expressions that a resolver understands (``post:assigner`` → 交办人)."""
    WHO_TITLES.update(titles)


def who_title(word: str, subject: SubjectType | None) -> str:
    """A who expression in Chinese, for people who read a flow: 承办单位的经办人."""
    if word == "choice":
        return "由上一步选定"
    if word.startswith("choice:"):
        return f"从{who_title(word.removeprefix('choice:'), subject)}中选定"
    titles = subject.field_titles if subject else {}

    def field_title(name: str) -> str:
        return titles.get(name, name)

    head, _, anchor = word.partition("@")
    if head.startswith("field:"):
        return field_title(head.removeprefix("field:"))
    title = WHO_TITLES.get(head, head.removeprefix("post:"))
    if anchor.startswith("field:"):
        return f"{field_title(anchor.removeprefix('field:'))}的{title}"
    return title
