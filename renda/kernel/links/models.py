"""One row a line."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row


class Link(Row):
    """A line of a kind from one subject to another; seen from the congress of either end."""

    kind = models.CharField("关联种类", max_length=60)
    from_type = models.CharField(max_length=80)
    from_id = models.BigIntegerField()
    from_tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    to_type = models.CharField(max_length=80)
    to_id = models.BigIntegerField()
    to_tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    created_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["from_type", "from_id", "kind", "to_type", "to_id"], name="link_once"),
            models.CheckConstraint(
                condition=~models.Q(from_type=models.F("to_type"), from_id=models.F("to_id")), name="link_not_to_itself"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["to_type", "to_id", "kind"], name="link_backward")]

    def __str__(self) -> str:
        return f"{self.from_type}:{self.from_id} {self.kind} {self.to_type}:{self.to_id}"
