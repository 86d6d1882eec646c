"""Dates, money, telephone numbers and time left, in the words of an office."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from renda.kernel import clock
from renda.kernel.ui.shapes import State

WEEKDAYS = "一二三四五六日"
_YUAN_IN_WAN = 10000


def day(at: date) -> str:
    """2024年9月3日; a moment is taken as its local day."""
    if isinstance(at, datetime):
        at = timezone.localtime(at).date()
    return f"{at.year}年{at.month}月{at.day}日"


def short_day(at: date) -> str:
    """9月3日, for tight places where the year is plain."""
    if isinstance(at, datetime):
        at = timezone.localtime(at).date()
    return f"{at.month}月{at.day}日"


def moment(at: date) -> str:
    """2024年9月3日 08:12 of a moment, 2024年9月3日 of a day. The last microsecond of a day reads 24:00."""
    if not isinstance(at, datetime):
        return day(at)
    local = timezone.localtime(at)
    clock_text = "24:00" if local.time() == time.max else f"{local.hour:02d}:{local.minute:02d}"
    return f"{day(local)} {clock_text}"


def weekday(at: date) -> str:
    """星期三."""
    if isinstance(at, datetime):
        at = timezone.localtime(at).date()
    return "星期" + WEEKDAYS[at.weekday()]


def money(yuan: Decimal | int) -> tuple[str, str]:
    """An amount of yuan as (in 万元, in full): ``("12.35 万元", "123,456.78 元")``; under 万元 only in full."""
    amount = Decimal(yuan)
    full = f"{amount:,.2f}".removesuffix(".00") + " 元"
    if abs(amount) < _YUAN_IN_WAN:
        return full, ""
    return f"{amount / _YUAN_IN_WAN:,.2f}".rstrip("0").rstrip(".") + " 万元", full


def masked(phone: str) -> str:
    """138****5678: three figures in front and four behind stay; anything shorter than 8 shows only its last two."""
    text = phone.strip()
    if not text:
        return ""
    if len(text) < 8:
        return "*" * (len(text) - 2) + text[-2:] if len(text) > 2 else "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


def duration(spent: timedelta) -> str:
    """用时 in one unit: 5 分钟, 2 小时, 3 天."""
    minutes = max(int(spent.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 60 * 24 else f"{minutes // (60 * 24)} 天"


def time_left(at: datetime | None) -> State:
    """How long until a due, as a state: 还有 3 个工作日, 今天 17:30 到期, 超期 1 个工作日.

    Working days are those of the kernel's calendar; one working day or less is 临期 (warn).
    """
    if at is None:
        return State("法律未规定期限", "quiet", "infinity")
    now, end = timezone.localtime(clock.now()), timezone.localtime(at)
    # Only staff see time left; the public process loads no calendar.
    from renda.kernel.deadlines import api as deadlines

    days = deadlines.working_days_between(now.date(), end.date())
    if end < now:
        return State(_overdue(now - end, -days), "late")
    if end.date() == now.date():
        return State("今天到期" if end.time() == time.max else f"今天 {end.hour:02d}:{end.minute:02d} 到期", "warn")
    if end.date() == now.date() + timedelta(1):
        return State("明天到期", "warn")
    return State(f"还有 {days} 个工作日", "run") if days > 1 else State(f"{short_day(end)}到期", "warn")


def _overdue(late: timedelta, working_days: int) -> str:
    if working_days > 0:
        return f"超期 {working_days} 个工作日"
    return "刚刚到期" if late < timedelta(minutes=1) else f"超期 {duration(late)}"
