"""Who decides is said by the capability that knows posts."""

from __future__ import annotations

from renda.kernel.policy import permission

DECIDE = permission("secrecy.decide", "处理疑似涉密内容")
