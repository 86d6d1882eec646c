"""E-mail by SMTP, once ``EMAIL_HOST`` is named."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from renda.kernel.notices.channels import Letter, Outcome

TITLE = "电子邮件"


def is_on() -> bool:
    """Whether a mail server is named."""
    return bool(settings.EMAIL_HOST)


def deliver(letters: Sequence[Letter]) -> Iterator[Outcome]:
    """All letters over one connection."""
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend")
    try:
        connection.open()
        for letter in letters:
            yield _send(letter, connection)
    except (OSError, smtplib.SMTPException) as error:
        # Not even the greeting: whoever was not answered for is tried again by the caller.
        reason = _reason(error)
        yield from (Outcome(letter.key, reason) for letter in letters)
    finally:
        connection.close()


def _send(letter: Letter, connection: BaseEmailBackend) -> Outcome:
    site = settings.RENDA_INNER_URL.rstrip("/")
    host = urlsplit(site).hostname or "localhost"
    message = EmailMessage(
        subject=f"【{settings.RENDA_BRAND}】{letter.title}",
        body=f"{letter.title}\n\n请登录系统查看：{site}{letter.url or '/notices/'}\n\n（系统邮件，请勿直接回复。）\n",
        to=[letter.to],
        # The same at every try, so that a mailbox shows a letter sent twice only once.
        headers={"Message-ID": f"<notice-{letter.key}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=0)
        return Outcome(letter.key, f"收件地址被拒绝（{code}）", is_final=code >= 500)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Outcome(letter.key, _reason(error))
    return Outcome(letter.key)


def _reason(error: Exception) -> str:
    """Why it failed, without the address."""
    code = getattr(error, "smtp_code", "")
    return f"邮件服务器没有接收（{type(error).__name__}{f' {code}' if code else ''}）"
