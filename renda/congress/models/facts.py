"""Facts for a deputy's dossier. Capabilities record them in passing; nobody fills anything in twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.tenancy.models import TenantRow


class DutyFact(TenantRow):
    """One thing a deputy did, with the row that proves it. Facts only: no points, no marks."""

    person = models.ForeignKey("congress.Person", models.PROTECT, related_name="duty_facts")
    # Dotted name of the act, as in the audit trail ("message.answer", "activity.attend").
    kind = models.CharField("类别", max_length=60)
    title = models.CharField("事项", max_length=200)
    occurred_at = models.DateTimeField("时间")
    source_kind = models.CharField(max_length=60)
    source_id = models.BigIntegerField()

    class Meta:
        verbose_name = "履职记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "kind", "source_kind", "source_id"],
                name="duty_fact_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-occurred_at"], name="duty_fact_person")]

    def __str__(self) -> str:
        return self.title
