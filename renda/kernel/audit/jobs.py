"""The sealer: links finished entries to their chains within a second, and anchors a root a day outside the database."""

from __future__ import annotations

import json

from django.conf import settings

from renda.kernel import clock
from renda.kernel.audit import chain
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.jobs import daily, job, ticker
from renda.kernel.tenancy.models import Tenant


@ticker("audit.seal", seconds=0.5)
def seal() -> None:
    """Seal every chain that has something recent to seal."""
    for tenant_id in chain.tenants_to_seal(_everybody()):
        while chain.seal(tenant_id) == chain.BATCH:
            pass


def seal_all() -> None:
    """Seal whatever is finished, however old: nothing stays open after an outage of the worker."""
    for tenant_id in _everybody():
        while chain.seal(tenant_id, since=None) == chain.BATCH:
            pass


def _everybody() -> list[int]:
    return [NO_TENANT, *Tenant.objects.order_by("id").values_list("id", flat=True)]


@job("audit.anchor", every=daily("23:50"))
def anchor(timestamp: int) -> None:
    """Write the day's roots to a file outside the database; a site copies it to a place of its own."""
    seal_all()
    folder = settings.RENDA_DATA_DIR / "anchors"
    folder.mkdir(parents=True, exist_ok=True)
    roots = {}
    for tenant_id in _everybody():
        length, head = chain.root(tenant_id)
        if length:
            roots[str(tenant_id)] = {"length": length, "head": head}
    path = folder / f"{clock.today():%Y-%m-%d}.json"
    path.write_text(json.dumps({"hash": settings.RENDA_HASH, "roots": roots}, indent=1), encoding="utf-8")
