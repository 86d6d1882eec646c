"""Holds: a matter whose personal data stays although its time has passed (a lawsuit, an inquiry)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.tenancy.models import TenantRow


class Hold(TenantRow):
    """Nothing of a case is cleared while one is open."""

    case = models.ForeignKey("kernel_flow.Case", models.PROTECT, related_name="+")
    reason = models.CharField("事由", max_length=300)
    held_at = models.DateTimeField("开始")
    released_at = models.DateTimeField("解除", null=True, blank=True)

    class Meta:
        verbose_name = "保全"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(released_at__isnull=True), name="hold_once")
        ]

    def __str__(self) -> str:
        return self.reason
