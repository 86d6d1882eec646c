"""An area of the figures: a congress with all below it, or what lies in one division directly below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Self

from django.db.models import Q

from renda.congress.api import Congress, Place

UNNAMED = "未注明地点"
# In an address: no unit leads it yet, nobody has put it into a category.
NO_UNIT, NO_CATEGORY = "0", "-"
# From a place up its parents, as far as a city: village, township, county, city.
_STEPS = ("", "parent__", "parent__parent__", "parent__parent__parent__")


def line_of(lookup: str) -> list[str]:
    """The lookups of the codes from a place (``place``, ``tenant__congress__place``) upwards."""
    return [f"{lookup}__{step}code" for step in _STEPS]


def directly_below(code: str, line: Sequence[str | None]) -> str:
    """The division directly below ``code`` on a place's line upwards; empty when the line says no more than ``code``.

    The parents decide, not the digits: a village keeps its old code when its township has got a new one.
    """
    at = line.index(code) if code in line else 0
    return line[at - 1] or "" if at else ""


def _within(lookup: str, code: str) -> Q:
    return reduce(or_, (Q(**{step: code}) for step in line_of(lookup)))


@dataclass(frozen=True, slots=True)
class Area:
    """``code`` None: the whole congress; empty: its messages without a nearer place."""

    tenant_id: int
    code: str | None = None

    def __str__(self) -> str:
        return str(self.tenant_id) if self.code is None else f"{self.tenant_id}-{self.code}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The area that an address names; None when it names none."""
        tenant, dash, code = text.partition("-")
        if not (tenant.isascii() and tenant.isdigit() and len(tenant) < 19) or (code and not code.isdigit()):
            return None
        return cls(int(tenant), code if dash else None)

    @property
    def congress(self) -> Congress | None:
        """The congress, with its place."""
        return Congress.objects.select_related("place").filter(tenant_id=self.tenant_id).first()

    @property
    def name(self) -> str:
        """What it is called; empty when there is no such congress or place."""
        congress = self.congress
        if congress is None or self.code is None:
            return congress.place.name if congress else ""
        place = Place.objects.filter(code=self.code).first() if self.code else None
        return place.name if place else f"{congress.place.name}{UNNAMED}"

    def condition(self) -> Q:
        """The messages that are counted under it."""
        whole = Q(tenant__path__contains=[self.tenant_id])
        congress = self.congress
        if self.code is None or congress is None:
            return whole
        own = Q(tenant_id=self.tenant_id)
        if not self.code:
            below = reduce(or_, (Q(**{step: congress.place.code}) for step in line_of("place")[1:]))
            return own & (Q(place=None) | ~below)
        # Named one by one, so that the database knows how many of the messages they are.
        congresses = Congress.objects.filter(whole & _within("place", self.code)).exclude(tenant_id=self.tenant_id)
        codes = ("code", "parent__code", "parent__parent__code", "parent__parent__parent__code")
        within = Place.objects.filter(reduce(or_, (Q(**{step: self.code}) for step in codes))).values("pk")
        return (own & Q(place_id__in=within)) | Q(tenant_id__in=list(congresses.values_list("tenant_id", flat=True)))
