"""County outlines for the sketch map (示意图)."""

from __future__ import annotations

from django.db import models

from renda.kernel.ids import Row


class PlaceShape(Row):
    """A county's outline as the sketch map draws it; a new file replaces it. Not a survey: never measured on."""

    place = models.OneToOneField("congress.Place", models.CASCADE, related_name="shape")
    # Closed rings of [longitude, latitude] in WGS 84 degrees, filled even-odd; where the name stands.
    rings = models.JSONField("边界")
    label = models.JSONField("注记位置")
    source = models.CharField("来源", max_length=200)
    licence = models.CharField("许可", max_length=100, blank=True)
    # The number that the surveying authority gave the map (地图管理条例 第十五条); printed under it.
    approval = models.CharField("审图号", max_length=50, blank=True)

    class Meta:
        verbose_name = "县界示意图形"

    def __str__(self) -> str:
        return str(self.place_id)
