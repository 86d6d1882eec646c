"""Counted figures of messages: a month of one congress, cell by cell, so that a page adds up cells and not messages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.tenancy.models import TenantRow


class Axis(models.TextChoices):
    """What the key of a cell names; every message is in one cell of each axis."""

    PLACE = "place", "地点"
    UNIT = "unit", "承办单位"


class MonthFigure(TenantRow):
    """How many messages of one cell, received in one month, have come how far.

    The tenant is the congress that looks, ``source`` the one directly below it (or itself) that the messages came up
    from. Cells add up: a congress's figures are its own and those of all below it.
    """

    source = models.ForeignKey("kernel_tenancy.Tenant", models.CASCADE, related_name="+")
    month = models.DateField("月份")
    axis = models.CharField(max_length=5, choices=Axis)
    # The code of the division directly below the congress's own, or the id of the lead unit; empty: not named.
    key = models.CharField(max_length=20, blank=True)
    category = models.CharField("类别", max_length=20, blank=True)
    # Working days from assignment to answer; none where there was no assignment or is no answer.
    days = models.SmallIntegerField("办理工作日", null=True)

    received = models.IntegerField()
    accepted = models.IntegerField()
    answered = models.IntegerField()
    solved = models.IntegerField()
    rated = models.IntegerField()
    satisfied = models.IntegerField()
    fair = models.IntegerField()
    dissatisfied = models.IntegerField()
    sent_back = models.IntegerField()
    redone = models.IntegerField()

    class Meta:
        verbose_name = "留言统计"
        indexes: ClassVar = [models.Index(fields=["tenant", "month", "axis"], name="month_figure_reading")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.axis} {self.key}"


class CountedTrail(TenantRow):
    """How far a congress's sealed trail has been read for the figures."""

    seq = models.BigIntegerField("已统计到", default=0)

    class Meta:
        verbose_name = "统计进度"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant"], name="counted_trail_once")]

    def __str__(self) -> str:
        return f"{self.tenant_id}#{self.seq}"
