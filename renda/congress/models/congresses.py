"""Congresses, their terms and sessions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.tenancy.models import Tenant, TenantRow


class CongressLevel(models.TextChoices):
    """Levels whose congresses are tenants here."""

    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"


class Congress(models.Model):
    """The people's congress of one place: a tenant. It is read before a scope is known, so it has no RLS."""

    tenant = models.OneToOneField(Tenant, models.PROTECT, primary_key=True, related_name="congress")
    place = models.OneToOneField("congress.Place", models.PROTECT, related_name="congress")
    level = models.CharField("层级", max_length=10, choices=CongressLevel)
    name = models.CharField("全称", max_length=80)
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "人民代表大会"

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> int:
        """The tenant's id: whoever addresses a congress addresses its tenant."""
        return self.tenant_id


class Term(TenantRow):
    """A congress's term of office (届); five years (地方组织法 2022 第九条)."""

    number = models.PositiveSmallIntegerField("届次")
    starts_on = models.DateField("任期开始")
    # From the first meeting of this congress to the first meeting of the next (地方组织法 2022 第三十八条).
    ends_on = models.DateField("任期届满", null=True, blank=True)

    class Meta:
        verbose_name = "届"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "number"], name="term_number_once"),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(ends_on__isnull=True),
                name="term_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"第{chinese_number(self.number)}届"


class Session(TenantRow):
    """One meeting of a congress (第几次会议)."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField("会次")
    starts_on = models.DateField("开幕")
    ends_on = models.DateField("闭幕", null=True, blank=True)

    class Meta:
        verbose_name = "会议"
        constraints: ClassVar = [models.UniqueConstraint(fields=["term", "number"], name="session_number_once")]

    def __str__(self) -> str:
        return f"第{chinese_number(self.number)}次会议"


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese: 6 → 六, 19 → 十九, 20 → 二十."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
