"""What was held back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row


class HeldItem(Row):
    """One thing that carries a mark. The public's has no congress; without row-level security for that reason, so that
    ``selectors.holdings_for`` is its only door.
    """

    class Decision(models.TextChoices):
        OPEN = "", "待处理"
        RELEASED = "released", "已放行"
        DESTROYED = "destroyed", "已销毁"

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, null=True, blank=True, related_name="+")
    # Who tried to store it; empty for the public.
    party = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("名称", max_length=120)
    size = models.BigIntegerField("字节数")
    source = models.CharField("来源", max_length=60)
    mark = models.CharField("标志", max_length=60)
    # A keyed digest: what is released is known by it when it comes again; it tells nothing by itself.
    digest = models.CharField(max_length=64)
    package_key = models.CharField("包号", max_length=100, blank=True)
    held_at = models.DateTimeField("时间")
    decision = models.CharField("处理", max_length=10, choices=Decision, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "疑似涉密内容"
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest"], name="held_item_once")]
        indexes: ClassVar = [
            models.Index(fields=["-held_at"], condition=models.Q(decision=""), name="held_item_open"),
        ]

    def __str__(self) -> str:
        return self.name
