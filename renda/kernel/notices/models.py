"""What somebody was told, what he does not want told, and what is on its way to him by other channels."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row
from renda.kernel.privacy.fields import EncryptedTextField
from renda.kernel.tenancy.models import TenantRow


class Notice(TenantRow):
    """One notice in one party's inbox; ``tenant`` is that party's. A post's notice is read once for all its holders."""

    party = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    kind = models.CharField("种类", max_length=60)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True, default="")
    # An address inside this house; empty when there is nothing to open.
    url = models.CharField(max_length=200, blank=True, default="")
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True)
    read_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["party", "-created_at"], name="notice_inbox"),
            models.Index(fields=["party"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(Row):
    """A person's wish about one kind on one channel; without a row it is wanted. Read by party, in no tenant."""

    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=20)
    is_wanted = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "kind", "channel"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind} {self.channel}"


class Delivery(TenantRow):
    """One notice on its way through one channel to one address: the outbox row, written with the notice."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    address = EncryptedTextField(purpose="notice.address")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    # When to try (again); of a row being sent: when its sender counts as dead.
    next_at = models.DateTimeField()
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_due")
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"
