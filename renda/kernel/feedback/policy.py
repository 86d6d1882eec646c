"""Who reads what people say about renda is said by the capability that knows posts."""

from __future__ import annotations

from renda.kernel.policy import permission

READ = permission("feedback.read", "查看和处理意见反馈")
