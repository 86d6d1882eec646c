"""The menu entry of those who keep legal time."""

from __future__ import annotations

from renda.kernel.deadlines.policy import KEEP
from renda.kernel.ui import menu
from renda.kernel.ui.menu import Entry

menu.register(
    Entry("timekeeping", "工作日历与时限规则", "timekeeping:deadline.list", "calendar-time", order=82, permission=KEEP)
)
