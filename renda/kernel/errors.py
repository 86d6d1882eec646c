"""Typed errors. Each carries a code for machines and one Chinese sentence for the person who pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class RendaError(Exception):
    """The base of every expected refusal; what is not one of these is a fault of ours (500)."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "error"
    default_message: ClassVar[str] = "操作没有成功。"

    def __init__(self, code: str = "", message: str = "") -> None:
        self.code = code or self.default_code
        self.message = message or self.default_message
        super().__init__(f"{self.code}: {self.message}")


class NotFound(RendaError):
    """The row does not exist for this actor; a stranger learns nothing more."""

    status = 404
    default_code = "not_found"
    default_message = "没有找到，或者您无权查看。"


class SignedOut(RendaError):
    """A program asks without a session or a token that is valid; a browser is sent to the sign-in page instead."""

    status = 401
    default_code = "signed_out"
    default_message = "请先登录，或使用有效的访问令牌。"


class Forbidden(RendaError):
    """The actor sees the row, but no post of hers may do this."""

    status = 403
    default_code = "forbidden"
    default_message = "您的岗位没有这项权限。"


class Refused(RendaError):
    """A rule forbids the step in this state."""

    status = 409
    default_code = "refused"
    default_message = "现在不能这样操作。"


class StateChanged(Refused):
    """Somebody else was quicker; what the person saw is stale."""

    default_code = "state_changed"
    default_message = "内容已被他人更新，请刷新后再操作。"


class KeyUsed(Refused):
    """A form's idempotency key came again with something else: an edited text, another row, another person."""

    default_code = "key_used"
    default_message = "这张表单已经提交过，这次的内容与上次不同，没有再次提交。如需另交一份，请核对内容后再按一次提交。"


class Invalid(RendaError):
    """What was typed cannot be taken; ``fields`` maps a field's name to its Chinese sentence."""

    status = 422
    default_code = "invalid"
    default_message = "填写的内容有误，请检查。"

    def __init__(self, code: str = "", message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(code, message or (next(iter(self.fields.values())) if self.fields else ""))


class TooLarge(Invalid):
    """A file or a text over its limit."""

    status = 413
    default_code = "too_large"
    default_message = "内容太大，无法接收。"


class TooMany(RendaError):
    """Too many tries in a short time; ``seconds``: when to come again."""

    status = 429
    default_code = "too_many"
    default_message = "操作太频繁，请稍后再试。"

    def __init__(self, code: str = "", message: str = "", *, seconds: int = 60) -> None:
        self.seconds = seconds
        super().__init__(code, message)


class Unscoped(RuntimeError):
    """A tenant's table was read outside ``tenant_transaction``: a fault in the code, never shown as a refusal."""
