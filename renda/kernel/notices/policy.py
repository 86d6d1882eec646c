"""Who keeps the channels running is said by the capability that knows posts."""

from __future__ import annotations

from renda.kernel.policy import permission

RETRY = permission("delivery.retry", "查看通知发送情况、重新发送")
