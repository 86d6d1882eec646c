"""``renda places``: import divisions, list villages without a township, find a township in a text."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.congress.actions import place_import
from renda.congress.place_files import (
    DEMO_VILLAGES,
    PlaceRow,
    match_villages,
    published,
    read_places,
    read_villages,
)
from renda.congress.place_matcher import PlaceMatcher
from renda.kernel.errors import Invalid, RendaError
from renda.kernel.parties import Actor


class Command(BaseCommand):
    help = "行政区划：import 导入、villages 导入村和社区、unmatched 列出未对应的村、match 从文字中找地点"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, title in (("import", "导入区划表"), ("villages", "导入村和社区，按乡镇名称对应")):
            one = verbs.add_parser(verb, help=title)
            one.add_argument("file", type=Path)
            one.add_argument(
                "--as-of", type=date.fromisoformat, help="数据日期 YYYY-MM-DD；默认取旁边的 _metadata.json"
            )
        verbs.add_parser("unmatched", help="列出没有对应乡镇的村").add_argument(
            "file", type=Path, nargs="?", default=DEMO_VILLAGES
        )
        verbs.add_parser("match", help="从一段文字中找出地点").add_argument("text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["verb"]:
                case "import":
                    self._import(options["file"], options["as_of"], read_places(options["file"]), abolish=True)
                case "villages":
                    matched, rest = match_villages(read_villages(options["file"]))
                    self._import(options["file"], options["as_of"], matched, abolish=False)
                    self.stdout.write(f"{len(rest)} 个村（社区）没有对应的乡镇，用 renda places unmatched 查看。")
                case "unmatched":
                    self._unmatched(options["file"])
                case _:
                    self._match(options["text"])
        except Invalid as error:
            shown = [f"{where}：{why}" for where, why in list(error.fields.items())[:50]]
            raise CommandError("\n".join([error.message, *shown])) from error
        except RendaError as error:
            raise CommandError(error.message) from error

    def _import(self, file: Path, as_of: date | None, rows: list[PlaceRow], *, abolish: bool) -> None:
        said = published(file, as_of)
        self.stdout.write(f"{file.name}：{len(rows)} 条，截至 {said.as_of}，正在导入……")
        counts = place_import(
            Actor.machine("places", [0]), rows=rows, as_of=said.as_of, source=said.source, abolish=abolish
        )
        self.stdout.write(
            f"新增 {counts['new']}，变更 {counts['renamed']}，停用 {counts['abolished']}，未变 {counts['unchanged']}。"
        )

    def _unmatched(self, file: Path) -> None:
        rest = match_villages(read_villages(file))[1]
        for row in rest:
            self.stdout.write(f"{row.code}\t{row.county[:6]}\t{row.township}\t{row.name}")
        self.stdout.write(f"共 {len(rest)} 个。")

    def _match(self, text: str) -> None:
        for found in PlaceMatcher.of_database().find(text):
            self.stdout.write(f"{found.place.code}\t{found.full_name}\t{found.why}")
