"""Wall codes: the short codes behind the printed QR codes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from renda.kernel.ids import Row


class WallCode(Row):
    """A short code on a wall. It outlives a term because it names a station, a district or a person, not a mandate.

    It is looked up before a scope is known (the code tells which tenant to open), so it has no RLS and nothing but
    targets in it.
    """

    class Kind(models.TextChoices):
        STATION = "station", "联络站码"
        DISTRICT = "district", "选区码"
        DEPUTY = "deputy", "代表码"

    code = models.CharField("短码", max_length=8, unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    tenant = models.ForeignKey("kernel_tenancy.Tenant", models.PROTECT, related_name="+")
    station = models.ForeignKey(
        "congress.Station",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wall_codes",
    )
    district = models.ForeignKey(
        "congress.ElectoralDistrict",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wall_codes",
    )
    person = models.ForeignKey(
        "congress.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wall_codes",
    )
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "二维码"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind="station",
                    station__isnull=False,
                    district__isnull=True,
                    person__isnull=True,
                )
                | Q(
                    kind="district",
                    station__isnull=True,
                    district__isnull=False,
                    person__isnull=True,
                )
                | Q(
                    kind="deputy",
                    station__isnull=True,
                    district__isnull=True,
                    person__isnull=False,
                ),
                name="wall_code_one_target",
            ),
            models.UniqueConstraint(
                fields=["station"],
                condition=Q(is_active=True),
                name="wall_code_station",
            ),
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(is_active=True),
                name="wall_code_district",
            ),
            models.UniqueConstraint(
                fields=["person", "tenant"],
                condition=Q(is_active=True),
                name="wall_code_person",
            ),
        ]

    def __str__(self) -> str:
        return self.code
