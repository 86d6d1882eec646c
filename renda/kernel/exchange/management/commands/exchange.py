"""``renda exchange`` of the inner zone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from renda.kernel.exchange import carrying
from renda.kernel.public_zone.command import ExchangeCommand


class Command(ExchangeCommand):
    zone = "inner"

    def export(self, folder: Path) -> Sequence[Path]:
        return carrying.export(folder)

    def take(self, folder: Path) -> Sequence[int]:
        return carrying.take(folder)
