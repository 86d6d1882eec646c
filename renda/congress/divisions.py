"""Where a congress sits, for the law of its province, city or county."""

from __future__ import annotations

from renda.congress.models import Congress


def division_of(tenant_id: int) -> str:
    """The 12-digit division code of the congress's place; empty for a tenant that is no congress."""
    return Congress.objects.filter(tenant_id=tenant_id).values_list("place__code", flat=True).first() or ""
