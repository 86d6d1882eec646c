"""A message that was assigned to the government hotline (12345): its ticket there, and the way to it and back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.tenancy.models import TenantRow
from renda.voice.models.messages import Solved


class HotlineTicket(TenantRow):
    """One assignment to the hotline. The row is its own outbox: written with the assignment, carried until it has a number."""

    class State(models.TextChoices):
        WAITING = "waiting", "待转 12345"
        SENDING = "sending", "转送中"
        SENT = "sent", "12345 办理中"
        ANSWERED = "answered", "12345 已回复，待确认"
        RETURNED = "returned", "12345 已退回，待确认"
        FAILED = "failed", "须人工处理"

    assignment = models.OneToOneField("voice.Assignment", models.PROTECT, related_name="ticket")
    number = models.CharField("工单号", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    # When to try or to ask (again); of a row being sent: when its sender counts as dead.
    next_at = models.DateTimeField()
    error = models.CharField("问题", max_length=200, blank=True, default="")
    # What the hotline said, until somebody of its desk makes it the answer of the case (or the sending back).
    answer = models.TextField("12345 的答复", max_length=5000, blank=True, default="")
    solved = models.CharField("解决情况", max_length=12, choices=Solved, blank=True, default="")
    promised_on = models.DateField("承诺完成日期", null=True, blank=True)
    created_at = models.DateTimeField("交办时间")

    class Meta:
        verbose_name = "12345 工单"
        indexes: ClassVar = [models.Index(fields=["next_at"], name="hotline_ticket_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "number"], condition=~Q(number=""), name="hotline_number_once")
        ]

    def __str__(self) -> str:
        return self.number or "（尚无工单号）"

    @property
    def state_key(self) -> str:
        """The key of its state in the screen's words."""
        return f"hotline.{self.state}"
