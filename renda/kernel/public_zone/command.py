"""``renda exchange …`` of both zones: the keys, and files for two machines with a gap between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from renda.kernel.errors import RendaError
from renda.kernel.public_zone import keys
from renda.kernel.public_zone.keys import Zone


class ExchangeCommand(BaseCommand, ABC):
    """What a zone says and takes; a subclass says for which zone."""

    help = "区域之间的交换：export 导出、import 导入、keys 本区公钥、trust 信任对方公钥"
    zone: ClassVar[Zone]

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, told in (("export", "把待发的内容写成文件"), ("import", "导入对方带来的文件")):
            verbs.add_parser(verb, help=told).add_argument("folder", type=Path, metavar="DIR")
        verbs.add_parser("keys", help="写出本区公钥，带到对方机器").add_argument("file", type=Path, nargs="?")
        verbs.add_parser("trust", help="信任对方公钥文件").add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options.get("folder") or options.get("file"))
        except RendaError as error:
            raise CommandError(error.message) from error

    @abstractmethod
    def export(self, folder: Path) -> Sequence[Path]:
        """Write files; their paths."""

    @abstractmethod
    def take(self, folder: Path) -> Sequence[int]:
        """Take files in; their numbers."""

    def _export(self, folder: Path) -> None:
        written = self.export(folder)
        for path in written:
            self.stdout.write(f"已写出 {path}")
        if not written:
            self.stdout.write("没有需要导出的内容。")

    def _import(self, folder: Path) -> None:
        taken = self.take(folder)
        for number in taken:
            self.stdout.write(f"已导入第 {number} 号文件。")
        if not taken:
            self.stdout.write("没有新的文件，以前导入过的已跳过。")

    def _keys(self, file: Path | None) -> None:
        text = keys.public_text(self.zone)
        if file is None:
            self.stdout.write(text)
        else:
            file.write_text(text + "\n", encoding="ascii")

    def _trust(self, file: Path) -> None:
        keys.trust(self.zone, file.read_text(encoding="ascii"))
        self.stdout.write("已信任对方公钥。")
