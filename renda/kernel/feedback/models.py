"""What people say about renda itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row
from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.privacy.personal import CONSENT, Kept, Personal


class Feedback(Row):
    """One opinion (意见反馈). The public's has no tenant and no party; without row-level security for that reason, so that
    ``selectors.feedback_for`` is its only door.
    """

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, null=True, blank=True, related_name="+")
    party = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, blank=True, related_name="+")
    # The pattern of the page's address, never the address: that may hold what opens somebody's receipt.
    page = models.CharField("页面", max_length=120, blank=True)
    text = models.TextField("内容")
    contact = EncryptedTextField("联系方式", purpose="feedback.contact", blank=True, default="")
    # A keyed hash of who sent it, to slow down a flood; it says nothing without the key.
    sender = models.CharField(max_length=64)
    created_at = models.DateTimeField("提出时间")
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    handled_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField("处理情况", max_length=500, blank=True)

    personal: ClassVar = Personal(
        {
            "text": Kept("改进系统", CONSENT, "作为意见长期保存"),
            "contact": Kept("就意见回访", CONSENT, "处理完毕后 180 天", days=180, since="handled_at"),
        },
        person="party",
    )

    class Meta:
        verbose_name = "意见反馈"
        indexes: ClassVar = [
            models.Index(fields=["sender", "created_at"], name="feedback_sender"),
            models.Index(fields=["-created_at"], condition=Q(handled_at=None), name="feedback_open"),
        ]

    def __str__(self) -> str:
        return self.text[:40]
