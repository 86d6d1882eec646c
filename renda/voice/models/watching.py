"""Words to look out for (留意词), and messages that wait for a second look because they carry one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from renda.kernel.ids import Row
from renda.kernel.tenancy.models import TenantRow


class WatchWord(Row):
    """One word of a congress's list. It holds for the congresses below too, so it is read outside of its scope."""

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    word = models.CharField("留意词", max_length=40)
    # As it is compared (``watching.fold``): two spellings of one word are one.
    folded = models.CharField(max_length=80)
    note = models.CharField("说明", max_length=120, blank=True)
    added_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField("加入时间")

    class Meta:
        verbose_name = "留意词"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "folded"], name="watch_word_once")]

    def __str__(self) -> str:
        return self.word


class Hold(TenantRow):
    """A message carried words of the list when it came in: a person looks at them before it goes on."""

    message = models.OneToOneField("voice.Message", models.CASCADE, related_name="hold")
    words = ArrayField(models.CharField(max_length=40))
    decided_at = models.DateTimeField("核对时间", null=True)
    decided_by = models.ForeignKey("kernel_parties.Party", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "留意"
        indexes: ClassVar = [
            models.Index(fields=["tenant"], condition=models.Q(decided_at__isnull=True), name="hold_waiting")
        ]

    def __str__(self) -> str:
        return "、".join(self.words)
