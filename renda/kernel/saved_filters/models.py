"""Saved filters (常用筛选): a name for the address of a list as somebody has narrowed it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row

LONGEST_QUERY = 1000  # characters


class SavedFilter(Row):
    """One person's name for a list's query. Rows of business are no part of it: it is read by party, in no tenant."""

    party = models.ForeignKey("kernel_parties.Party", models.CASCADE, related_name="+")
    # The list: its address without the query, and its caption as the list calls itself.
    path = models.CharField("列表", max_length=200)
    caption = models.CharField("列表名称", max_length=40, blank=True, default="")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=LONGEST_QUERY)
    # The organisation whose people see it too, to use and not to change: as the actor's posts name it (``HeldPost``).
    shared_with = models.BigIntegerField("共享给", null=True)
    created_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "常用筛选"
        constraints: ClassVar = [models.UniqueConstraint(fields=["party", "path", "name"], name="saved_filter_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["shared_with", "path"], condition=Q(shared_with__isnull=False), name="saved_filter_shared"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The list, narrowed by it."""
        return f"{self.path}?{self.query}"
