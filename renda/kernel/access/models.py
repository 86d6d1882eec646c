"""Break-glass: a right that one does not have, for minutes, with a reason that stays."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row


class EmergencyAccess(Row):
    """One opening. Read while the actor is built, before a scope is known: no row-level security."""

    person = models.ForeignKey("kernel_parties.Party", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    permission = models.CharField("权限", max_length=80)
    reason = models.CharField("理由", max_length=300)
    opened_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")

    class Meta:
        verbose_name = "紧急授权"
        indexes: ClassVar = [
            models.Index(fields=["person", "ends_at"], name="access_person"),
            models.Index(fields=["tenant", "-opened_at"], name="access_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.permission} {self.ends_at:%Y-%m-%d %H:%M}"
