"""A clerk's unfinished registration (草稿): what was pasted or typed, kept until it is registered or dropped."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import DUTY, Kept, Personal
from renda.kernel.tenancy.models import TenantRow


class MessageDraft(TenantRow):
    """One draft of one clerk. Its pictures are files of the draft until the message is registered."""

    author = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    # The form's fields as JSON, closed: they hold names and telephone numbers.
    values = EncryptedTextField("内容", purpose="message.draft")
    saved_at = models.DateTimeField("保存时间")

    personal: ClassVar = Personal({"values": Kept("登记留言", DUTY, "登记时，最迟 90 天", swept_by="voice.trim")})

    class Meta:
        verbose_name = "代录草稿"
        indexes: ClassVar = [models.Index(fields=["author", "-saved_at"], name="message_draft_author")]

    def __str__(self) -> str:
        return f"{self.saved_at:%Y-%m-%d %H:%M}"
