"""The public machine's side of the gap: packages go out in files, copies come in. Done by the carrier's role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from renda.kernel import clock
from renda.kernel.public_zone import keys, shipments
from renda.kernel.public_zone.packages import Package
from renda.kernel.public_zone.shipments import ShipmentError
from renda.kernel.public_zone.storing import store

_BATCH = 500


def export(folder: Path) -> list[Path]:
    """Write what has come in since the last time into a new file, and every file that has not been confirmed anew.

    Packages stay until the inner zone has confirmed them; an interrupted export is simply run again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        number = _last("in") + 1
        cursor.execute("UPDATE public_zone.inbound SET shipment = %s WHERE shipment IS NULL", [number])
        if cursor.rowcount:
            cursor.execute("INSERT INTO public_zone.shipment VALUES ('in', %s, '', %s)", [number, clock.now()])
    own, seen = keys.own("public").sign, _last("out")
    written = []
    for number, made_at in _unconfirmed():
        written.append(shipments.write(folder, own, "in", number, made_at, _packages(number), seen=seen))
    return written


def _unconfirmed() -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, made_at FROM public_zone.shipment WHERE direction = 'in'"
            " AND number IN (SELECT shipment FROM public_zone.inbound) ORDER BY number"
        )
        return [(int(number), made_at) for number, made_at in cursor.fetchall()]


def _packages(number: int) -> Iterator[Package]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            # One at a time would be slow, all at once would not fit: photos are large.
            cursor.execute(
                "SELECT sequence, kind, key, made_at, body, signature FROM public_zone.inbound"
                " WHERE shipment = %s AND sequence > %s ORDER BY sequence LIMIT 20",
                [number, after],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for sequence, kind, key, made_at, body, signature in rows:
            after = sequence
            yield Package("in", kind, key, made_at, bytes(body), signature=bytes(signature))


def take(folder: Path) -> list[int]:
    """Take in the copies of all files that follow the last one; their numbers. Each file wholly or not at all.

    Raises:
        ShipmentError: see ``shipments.arrived``; what came before it is taken.
    """
    verify, taken = keys.other("public").verify, []
    for shipment in shipments.arrived(folder, "out", verify, _last("out")):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO public_zone.shipment VALUES ('out', %s, %s, %s)",
                [shipment.manifest.number, shipment.manifest.digest, clock.now()],
            )
            batch: list[Package] = []
            for package in shipment.packages():
                package.verify(verify)
                batch.append(package)
                if len(batch) >= _BATCH:
                    store(batch)
                    batch = []
            store(batch)
            cursor.execute("DELETE FROM public_zone.inbound WHERE shipment <= %s", [shipment.manifest.seen])
        taken.append(shipment.manifest.number)
    return taken


def _last(direction: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM public_zone.shipment WHERE direction = %s", [direction])
        return int(cursor.fetchone()[0])


__all__ = ["ShipmentError", "export", "take"]
