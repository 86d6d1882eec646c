"""E-mail by SMTP, once ``EMAIL_HOST`` is named."""

from __future__ import annotations

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from renda.kernel.notices.channels import CODE_MINUTES, Delayed, Message, Receipt, Rejected, Unavailable

CHANNEL = "email"
TITLE = "邮件服务器"


def is_on() -> bool:
    """Whether a mail server is named."""
    return bool(settings.EMAIL_HOST)


def deliver(address: str, message: Message) -> Receipt:
    """One letter. Its Message-ID is the same at every try, so that a mailbox shows a letter sent twice only once."""
    host = urlsplit(settings.RENDA_PUBLIC_URL).hostname or "localhost"
    reference = f"<notice-{message.key}@{host}>"
    letter = EmailMessage(
        subject=f"【{settings.RENDA_BRAND}】{message.title}",
        body=_text(message),
        to=[address],
        headers={"Message-ID": reference, "Auto-Submitted": "auto-generated"},
        connection=get_connection("django.core.mail.backends.smtp.EmailBackend"),
    )
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=0)
        raise (Rejected if code >= 500 else Delayed)(f"收件地址被拒绝（{code}）") from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise Delayed(f"邮件服务器没有接收（{error.smtp_code}）") from None
    except (smtplib.SMTPException, OSError) as error:
        # Not even the greeting, or no sign-in: the other letters fare no better.
        raise Unavailable(f"邮件服务器没有接收（{_name(error)}）") from None
    except ValueError:
        raise Rejected("收件地址不合规范") from None
    return Receipt(reference)


def _text(message: Message) -> str:
    if message.code:
        return f"您的验证码是 {message.code}，请在 {CODE_MINUTES} 分钟内填写。不是您本人操作的，请不要理会。\n"
    return f"{message.title}\n\n请登录系统查看：{message.link}\n\n（系统邮件，请勿直接回复。）\n"


def _name(error: Exception) -> str:
    """The kind of error and its code: its text may hold the address."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__}{f' {code}' if code else ''}"
