"""What of a message everybody may read, and who else has said that it is theirs too.

The public text is a row of its own: what the constituent wrote and what was answered stay as they are.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import ARCHIVE, CONSENT, STAYS, Kept, Personal
from renda.kernel.tenancy.models import TenantRow
from renda.voice.words import Satisfaction


class Publication(TenantRow):
    """A message as the public reads it (公开留言): texts that a reviewer has made fit for it."""

    message = models.OneToOneField("voice.Message", models.PROTECT, related_name="publication")
    subject = models.CharField("公开标题", max_length=120)
    body = models.TextField("公开内容", max_length=5000)
    answer = models.TextField("公开答复", max_length=5000, blank=True)
    # Each: ``original`` and ``shown`` (ids of stored files), ``strokes`` (where the reviewer painted).
    photos = models.JSONField("公开照片", default=list)
    # How many answers there were when it was reviewed: a later one has not been made fit for the public yet.
    answers = models.PositiveSmallIntegerField("已审答复数", default=0)
    is_public = models.BooleanField("正在公开", default=True)
    published_at = models.DateTimeField("首次公开时间")
    reviewed_at = models.DateTimeField("审核时间")
    reviewed_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    taken_back_reason = models.CharField("撤回理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "公开留言"

    def __str__(self) -> str:
        return self.subject


class Joiner(TenantRow):
    """Somebody who has the same trouble and joined a public message instead of repeating it (我也反映)."""

    message = models.ForeignKey("voice.Message", models.PROTECT, related_name="joiners")
    receipt_number = models.CharField("受理编号", max_length=14, unique=True)
    note = models.CharField("补充说明", max_length=500, blank=True)
    contact_name = EncryptedTextField("称呼", purpose="message.contact", blank=True, default="")
    contact_phone = EncryptedTextField("联系电话", purpose="message.contact", blank=True, default="")
    joined_at = models.DateTimeField("共同反映时间")

    # As long as the writer's own: while the matter may be done again.
    personal: ClassVar = Personal(
        {
            "receipt_number": Kept("凭编号查询", ARCHIVE, STAYS),
            "note": Kept("办理和答复", ARCHIVE, STAYS),
            **dict.fromkeys(
                ("contact_name", "contact_phone"),
                Kept("告知答复、回访", CONSENT, "办结后一年", days=365, since="message__concluded_at"),
            ),
        },
        case="message__case_id",
    )

    class Meta:
        verbose_name = "共同反映"
        indexes: ClassVar = [models.Index(fields=["message"], name="joiner_message")]

    def __str__(self) -> str:
        return self.receipt_number


class JoinerRating(TenantRow):
    """What a joiner says of an answer. It counts for what it says; the matter's own course follows its writer's rating."""

    joiner = models.ForeignKey(Joiner, models.PROTECT, related_name="ratings")
    answer = models.ForeignKey("voice.Answer", models.PROTECT, related_name="+")
    process = models.CharField("办理过程", max_length=12, choices=Satisfaction)
    result = models.CharField("办理结果", max_length=12, choices=Satisfaction)
    comment = models.CharField("说明", max_length=500, blank=True)
    rated_at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = "共同反映人评价"
        constraints: ClassVar = [models.UniqueConstraint(fields=["joiner", "answer"], name="joiner_rating_once")]

    def __str__(self) -> str:
        return f"{self.joiner_id} {self.get_result_display()}"
