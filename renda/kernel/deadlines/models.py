"""Calendar, rules and office hours as rows.

None of these tables has row-level security: they hold published law and office practice, no fact about a person or a
case; a local rule must also be readable where a case of that place is handled by another congress's unit.
"""

from __future__ import annotations

from dataclasses import fields
from typing import ClassVar

from django.db import models

from renda.kernel.deadlines.rules import UNIT_NAMES, UNITS, Rule
from renda.kernel.ids import Row

# One that was ended before its begin never holds and stands in nobody's way.
_BEGINS = (
    models.Q(valid_to__isnull=True) | models.Q(valid_from__isnull=True) | models.Q(valid_to__gte=models.F("valid_from"))
)


class CalendarYear(models.Model):
    """A year whose holiday arrangement we entered ourselves; its days stand in front of the library's."""

    year = models.IntegerField("年份", primary_key=True)
    source = models.CharField("来源", max_length=200)
    loaded_at = models.DateTimeField("载入时间")

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that an arrangement names: a day off, or a weekend day that is worked (调休上班)."""

    date = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("是否上班")
    name = models.CharField("节日", max_length=40)
    source = models.CharField("来源", max_length=200)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class DeadlineRule(Row):
    """A figure with its citation: law, version and article; never the article's text."""

    key = models.CharField("规则", max_length=80)
    title = models.CharField("名称", max_length=100)
    # A rule of one congress (and of the tree below it); null with an empty place = national.
    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.CASCADE, null=True, blank=True, related_name="+")
    # Leading digits of the division code, for local law above the lowest tenant: 42 = 湖北省.
    place = models.CharField("行政区划代码前缀", max_length=12, blank=True, default="")
    # Null: the source names no figure (法律未规定期限). Negative: before the event.
    amount = models.IntegerField("数值", null=True, blank=True)
    unit = models.CharField("单位", max_length=16, choices=[(unit, UNIT_NAMES[unit]) for unit in UNITS])
    from_event = models.CharField("起算事件", max_length=60)
    law = models.CharField("法律法规", max_length=120, blank=True, default="")
    version = models.CharField("版本", max_length=20, blank=True, default="")
    article = models.CharField("条款", max_length=60, blank=True, default="")
    valid_from = models.DateField("施行日期", null=True, blank=True)
    valid_to = models.DateField("最后有效日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True, default="")
    # Shipped rows follow the data files at every migrate; a place's own rows are never touched by it.
    is_shipped = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "tenant", "place", "valid_from", "is_shipped"],
                condition=_BEGINS,
                nulls_distinct=False,
                name="deadline_rule_once",
            ),
            models.CheckConstraint(
                condition=models.Q(tenant__isnull=True) | models.Q(place=""), name="deadline_rule_tenant_or_place"
            ),
            models.CheckConstraint(condition=models.Q(unit__in=UNITS), name="deadline_rule_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def as_rule(self) -> Rule:
        """The row as the value that is counted with."""
        return Rule(
            **{column.name: getattr(self, column.name) for column in fields(Rule) if column.name != "tenant_id"},
            tenant_id=self.tenant_id,
        )

    @property
    def figure(self) -> str:
        """The figure in words."""
        return self.as_rule.figure

    @property
    def citation(self) -> str:
        """The source in words."""
        return self.as_rule.citation


class OfficeHours(Row):
    """Office hours of a congress and the tree below it, dated (summer and winter hours are two rows)."""

    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.CASCADE, null=True, blank=True, related_name="+")
    periods = models.CharField("办公时间", max_length=60, help_text="08:30-12:00,14:30-17:30")
    valid_from = models.DateField("自", null=True, blank=True)
    valid_to = models.DateField("至", null=True, blank=True)
    note = models.CharField("依据", max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "valid_from"], condition=_BEGINS, nulls_distinct=False, name="office_hours_once"
            )
        ]

    def __str__(self) -> str:
        return self.periods
