"""A person's to-dos as parts of her daily digest (每日摘要): what is overdue, what will be soon, what else waits, what to read."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from renda.kernel.flow import todo
from renda.kernel.flow.models import Task
from renda.kernel.notices.api import Found, Line, Section, register_section
from renda.kernel.parties import Actor
from renda.kernel.ui import menu, wording

LINES = 10  # of each part; the page of to-dos has all

_OVERDUE = Q(overdue=True)
_SOON = Q(due_soon=True, overdue=False)


def _found(tasks: QuerySet[Task]) -> Found:
    """How many, and the most pressing of them."""
    rows = list(tasks.select_related("case").only("due_at", "case__title")[: LINES + 1])
    total = len(rows) if len(rows) <= LINES else tasks.count()
    return Found(total, [_line(row) for row in rows[:LINES]], menu.address_of("to-do"))


def _line(task: Task) -> Line:
    due = f"（{wording.time_left(task.due_at).word}）" if task.due_at is not None else ""
    return Line(f"{task.case.title}{due}")


def _overdue(actor: Actor) -> Found:
    return _found(todo.to_do(actor).filter(_OVERDUE))


def _soon(actor: Actor) -> Found:
    return _found(todo.to_do(actor).filter(_SOON))


def _waiting(actor: Actor) -> Found:
    return _found(todo.to_do(actor).exclude(_OVERDUE | _SOON))


def _to_read(actor: Actor) -> Found:
    return _found(todo.to_read(actor))


def register() -> None:
    """Contribute to the digest."""
    for order, (key, title, collect) in enumerate(
        (
            ("flow.overdue", "已超期", _overdue),
            ("flow.soon", "即将到期", _soon),
            ("flow.waiting", "待我办理", _waiting),
            ("flow.to_read", "待我阅读", _to_read),
        )
    ):
        register_section(Section(key, title, collect, order))
