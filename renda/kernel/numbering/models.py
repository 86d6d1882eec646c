"""One row a counter; its value is the last number given out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Counter(models.Model):
    """The last number of a kind in a year of a tenant."""

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("种类", max_length=60)
    year = models.IntegerField("年份")
    last = models.BigIntegerField("末号")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "kind", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
