"""Administrative divisions (行政区划): one row for each code, and what each code meant at which time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from renda.kernel.ids import Row


class PlaceLevel(models.TextChoices):
    """The five levels of the national code; villages are level five of the statistics code."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"
    VILLAGE = "village", "村级"


class Place(Row):
    """A division by its 12-digit national code, as it is now (or was when it was abolished).

    Codes are published as six digits (county and above), nine (township) or twelve (village); they are stored padded
    with zeros to twelve, so that one column is the key for all.
    """

    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=PlaceLevel)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "行政区划"
        indexes: ClassVar = [
            models.Index(fields=["parent", "name"], name="place_parent_name"),
            models.Index(fields=["name"], name="place_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_subdistrict(self) -> bool:
        """A 街道 has no congress of its own; codes 001-099 of the township level are sub-districts (GB/T 10114)."""
        return self.level == PlaceLevel.TOWNSHIP and 1 <= int(self.code[6:9]) <= 99


class PlaceVersion(Row):
    """What a code meant from one published list to the next: the history that an import never overwrites."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="versions")
    name = models.CharField("名称", max_length=60)
    parent_code = models.CharField("上级代码", max_length=12, blank=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = "行政区划沿革"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "valid_from"], name="place_version_once"),
            models.UniqueConstraint(
                fields=["place"],
                condition=models.Q(valid_to__isnull=True),
                name="place_version_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"


def full_code(code: str) -> str:
    """The 12-digit form of a published code of 2 to 12 digits.

    Raises:
        ValueError: not digits, or longer than twelve.
    """
    digits = code.strip()
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 12):
        raise ValueError(f"行政区划代码应为 2 至 12 位数字：{code}")
    return digits.ljust(12, "0")
