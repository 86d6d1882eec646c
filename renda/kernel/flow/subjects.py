"""What a flow may know of the business it moves: the fields, actions and events of each kind of subject.

A capability says it once, in its `AppConfig.ready`; the checker holds every flow file against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models
from django.urls import reverse

from renda.kernel.actions.api import Context
from renda.kernel.flow.conditions import FieldType
from renda.kernel.flow.models import Case, CaseEvent
from renda.kernel.parties import Actor

# What every task knows without the business saying so.
COMMON_ACTIONS: Mapping[str, str] = {"submit": "提交", "approve": "同意", "reject": "不同意", "handle": "办理"}


# Undoes what an action did to the business: called with the action's context, the subject, and the event taken back.
Inverse = Callable[[Context, Any, CaseEvent], None]
Rows = Callable[[Actor], models.QuerySet[Any]]


class SubjectField(NamedTuple):
    """A field as flows know it: its type, and what people who read a flow call it."""

    type: FieldType
    title: str


@dataclass(frozen=True, slots=True)
class SubjectType:
    """One kind of subject: its fields by name, its actions and events with their Chinese titles.

    ``inverses``: how an action is undone when whoever did it takes it back; an action without one stays done.
    ``rows``: the selector that says which of them exist for an actor. ``page``: the name of the address of one.
    """

    label: str
    title: str
    fields: Mapping[str, SubjectField]
    actions: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    inverses: Mapping[str, Inverse] = field(default_factory=dict)
    rows: Rows | None = None
    page: str = ""

    @property
    def field_types(self) -> dict[str, FieldType]:
        """The types alone, as conditions are checked against them."""
        return {name: one.type for name, one in self.fields.items()}

    def field_title(self, name: str) -> str:
        """The Chinese title of a field, the name itself when it is not registered."""
        known = self.fields.get(name)
        return known.title if known else name

    def action_title(self, action: str) -> str:
        """The Chinese title of an action, the action itself when it has none."""
        return self.actions.get(action) or COMMON_ACTIONS.get(action, action)


SUBJECTS: dict[str, SubjectType] = {}


def register_subject(
    label: str,
    *,
    title: str,
    fields: Mapping[str, tuple[FieldType, str]],
    actions: Mapping[str, str] | None = None,
    events: Mapping[str, str] | None = None,
    inverses: Mapping[str, Inverse] | None = None,
    rows: Rows | None = None,
    page: str = "",
) -> SubjectType:
    """Register a kind of subject under its model's label (``voice.Message``). ``fields``: name → (type, title).

    Raises:
        ValueError: the label is registered with other contents, something has no title, an inverse has no action.
    """
    known = {name: SubjectField(*one) for name, one in fields.items()}
    made = SubjectType(label, title, known, actions or {}, events or {}, inverses or {}, rows, page)
    if unknown := made.inverses.keys() - made.actions.keys():
        raise ValueError(f"subject {label}: no action {', '.join(sorted(unknown))} to undo")
    titles = [title, *(one.title for one in made.fields.values()), *made.actions.values(), *made.events.values()]
    if not all(titles):
        raise ValueError(f"subject {label}: a field, an action or an event has no title")
    if SUBJECTS.setdefault(label, made) != made:
        raise ValueError(f"subject {label} is registered twice")
    return made


def page_of(case: Case) -> str:
    """The address of a case's subject; "" where its kind has none."""
    known = SUBJECTS.get(case.subject_type)
    return reverse(known.page, args=[case.subject_id]) if known is not None and known.page else ""


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

    def field_title(name: str) -> str:
        return subject.field_title(name) if subject else name

    head, _, anchor = word.partition("@")
    if head.startswith("field:"):
        return field_title(head.removeprefix("field:"))
    title = WHO_TITLES.get(head, head.removeprefix("post:"))
    if anchor.startswith("field:"):
        return f"{field_title(anchor.removeprefix('field:'))}的{title}"
    return title
