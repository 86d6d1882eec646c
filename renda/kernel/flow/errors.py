"""The engine's own refusals."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from renda.kernel.errors import StateChanged


class TaskGone(StateChanged):
    """What the person saw is over: somebody acted first. Carries who and when, so that the page can say it."""

    default_code: ClassVar[str] = "flow.task_gone"

    def __init__(self, who: str = "", at: datetime | None = None, what: str = "") -> None:
        self.who, self.at, self.what = who, at, what
        moment = timezone.localtime(at) if at else None
        when = f"于{moment.month}月{moment.day}日{moment:%H:%M}" if moment else ""
        message = (
            f"这项待办已由{who}{when}{what or '办理'}，请刷新后查看。" if who else "这项待办已有变化，请刷新后查看。"
        )
        super().__init__("", message)
