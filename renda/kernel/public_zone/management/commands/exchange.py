"""``renda exchange`` on the public machine. (Where both zones are, the inner zone's command of this name comes first.)"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from renda.kernel.public_zone import carrying
from renda.kernel.public_zone.command import ExchangeCommand


class Command(ExchangeCommand):
    zone = "public"

    def export(self, folder: Path) -> Sequence[Path]:
        return carrying.export(folder)

    def take(self, folder: Path) -> Sequence[int]:
        return carrying.take(folder)
