"""Stations (代表之家、代表联络站、代表联络点) where deputies meet constituents."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.tenancy.models import TenantRow


class Station(TenantRow):
    """A place where deputies receive constituents, kept by a station manager."""

    class Kind(models.TextChoices):
        HOME = "home", "代表之家"
        STATION = "station", "代表联络站"
        POINT = "point", "代表联络点"

    kind = models.CharField("类别", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=60)
    place = models.ForeignKey("congress.Place", models.PROTECT, related_name="+")
    address = models.CharField("地址", max_length=120, blank=True)
    # WGS 84 degrees; a coarse point for the sketch map.
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=8, decimal_places=5, null=True, blank=True)
    manager = models.ForeignKey("congress.Post", models.PROTECT, null=True, blank=True, related_name="stations")
    opening = models.CharField("开放时间", max_length=100, blank=True)
    is_active = models.BooleanField("开放", default=True)
    # Which station goes on when it was closed: the code on its wall leads there.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "代表联络站"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "name"], name="station_once")]
        indexes: ClassVar = [models.Index(fields=["place"], name="station_place")]

    def __str__(self) -> str:
        return self.name


class StationDeputy(TenantRow):
    """A deputy serves at a station; the deputy may sit in another congress than the station's."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="deputies")
    person = models.ForeignKey("congress.Person", models.PROTECT, related_name="stations")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["station", "person"], name="station_deputy_once")]

    def __str__(self) -> str:
        return f"{self.station_id}:{self.person_id}"


class ReceptionDay(TenantRow):
    """A deputy receives constituents at a station on a day (代表接待日). One row a deputy."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="reception_days")
    person = models.ForeignKey("congress.Person", models.PROTECT, related_name="reception_days")
    day = models.DateField("日期")
    starts_at = models.TimeField("开始")
    ends_at = models.TimeField("结束")
    # Another place than the station's own, as one says it; empty: at the station.
    venue = models.CharField("地点", max_length=60, blank=True)
    # What was announced stays, with the reason why it is off.
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "代表接待日"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["station", "person", "day"],
                condition=models.Q(cancelled_at__isnull=True),
                name="reception_day_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["day"], name="reception_day")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.day}"
