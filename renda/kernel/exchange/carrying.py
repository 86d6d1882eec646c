"""The inner machine's side of the gap: copies go out in files, packages come in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from renda.kernel import clock
from renda.kernel.exchange.inbox import accept
from renda.kernel.exchange.models import PublishedCopy, Shipment
from renda.kernel.exchange.publishing import alone, package_of
from renda.kernel.public_zone import keys, shipments
from renda.kernel.public_zone.packages import Package

_BATCH_BYTES = 16 * 1024 * 1024


def export(folder: Path) -> list[Path]:
    """Write the copies that changed since the last time, and again every file that the public zone has not confirmed.

    A file is written too when there is nothing but a confirmation to carry.
    """
    seen = _last("in")
    with transaction.atomic():
        alone(wait=True)
        since = Shipment.objects.filter(direction="out").aggregate(Max("upto"))["upto__max"] or 0
        upto = PublishedCopy.objects.aggregate(Max("version"))["version__max"] or 0
        told = Shipment.objects.filter(direction="out").order_by("-number").values_list("digest", flat=True).first()
        if upto > since or (seen and told != str(seen)):
            Shipment.objects.create(
                direction="out",
                number=_last("out") + 1,
                made_at=clock.now(),
                since=since,
                upto=upto,
                # What it confirms, so that the same confirmation is not carried twice.
                digest=str(seen),
            )
    confirmed = Shipment.objects.filter(direction="in").aggregate(Max("upto"))["upto__max"] or 0
    own = keys.own("inner").sign
    return [
        shipments.write(
            folder, own, "out", one.number, one.made_at, _packages(one.since, one.upto), seen=int(one.digest or 0)
        )
        for one in Shipment.objects.filter(direction="out", number__gt=confirmed).order_by("number")
    ]


def _packages(since: int, upto: int) -> Iterator[Package]:
    rows = PublishedCopy.objects.filter(version__gt=since, version__lte=upto).order_by("version")
    return map(package_of, rows.iterator(chunk_size=500))


def take(folder: Path) -> list[int]:
    """Take in the packages of all files that follow the last one; their numbers. Each file wholly or not at all.

    Raises:
        ShipmentError: see ``shipments.arrived``; what came before it is taken.
    """
    verify, taken = keys.other("inner").verify, []
    for shipment in shipments.arrived(folder, "in", verify, _last("in")):
        manifest = shipment.manifest
        with transaction.atomic():
            Shipment.objects.create(
                direction="in",
                number=manifest.number,
                digest=manifest.digest,
                made_at=clock.now(),
                upto=manifest.seen,  # which of our files the public zone has
            )
            batch: list[Package] = []
            for package in shipment.packages():
                batch.append(package)
                if sum(len(one.body) for one in batch) > _BATCH_BYTES:
                    accept(batch)
                    batch = []
            accept(batch)
        taken.append(manifest.number)
    return taken


def _last(direction: str) -> int:
    return Shipment.objects.filter(direction=direction).aggregate(Max("number"))["number__max"] or 0
