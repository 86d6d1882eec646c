"""``renda places``: import divisions and county outlines, list villages without a township, find a township in a text."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.congress.actions import place_import, place_shapes
from renda.congress.place_files import (
    DEMO_VILLAGES,
    PlaceRow,
    match_villages,
    published,
    read_places,
    read_villages,
)
from renda.congress.place_matcher import PlaceMatcher
from renda.congress.shapes import read_shapes, said_of
from renda.kernel.errors import Invalid, RendaError
from renda.kernel.parties import Actor

MOST_SHOWN = 50


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"日期应写作 2025-12-31：{text}") from None


def _said(error: Invalid) -> list[str]:
    """The fault in lines; rows by their number, the rest only counted when there are many."""
    rows = [f"{where}：{why}" for where, why in error.fields.items() if why != error.message]
    more = [f"……另有 {len(rows) - MOST_SHOWN} 行"] if len(rows) > MOST_SHOWN else []
    return [error.message, *rows[:MOST_SHOWN], *more]


class Command(BaseCommand):
    help = (
        "行政区划：import 导入、villages 导入村和社区、shapes 导入县界示意图形、"
        "unmatched 列出未对应的村、match 从文字中找地点"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, title in (("import", "导入区划表"), ("villages", "导入村和社区，按乡镇名称对应")):
            one = verbs.add_parser(verb, help=title)
            one.add_argument("file", type=Path)
            one.add_argument("--as-of", type=_day, help="数据日期 YYYY-MM-DD；默认取旁边的 _metadata.json")
            if verb == "import":
                one.add_argument("--many-gone", action="store_true", help="确认停用表中没有的区划（缺少很多时才需要）")
            else:
                one.add_argument("--townships", type=Path, help="同一年的乡镇表；默认取旁边名字相应的文件")
        shapes = verbs.add_parser("shapes", help="导入县界示意图形（GeoJSON），公众地图用它来画")
        shapes.add_argument("file", type=Path)
        shapes.add_argument("--source", default="", help="图形来源；默认取旁边的 _metadata.json")
        shapes.add_argument("--approval", default="", metavar="审图号", help="审图号，印在地图下面")
        verbs.add_parser("unmatched", help="列出没有对应乡镇的村").add_argument(
            "file", type=Path, nargs="?", default=DEMO_VILLAGES
        )
        verbs.add_parser("match", help="从一段文字中找出地点").add_argument("text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["verb"]:
                case "import":
                    self._import(
                        options["file"],
                        options["as_of"],
                        read_places(options["file"]),
                        abolish=True,
                        many_gone=options["many_gone"],
                    )
                case "villages":
                    matched, rest = match_villages(read_villages(options["file"], options["townships"]))
                    self._import(options["file"], options["as_of"], matched, abolish=False)
                    self.stdout.write(
                        f"{len(rest)} 个村（社区）没有对应的乡镇，用 renda places unmatched {options['file']} 查看。"
                    )
                case "shapes":
                    said = said_of(options["file"], source=options["source"], approval=options["approval"])
                    count = place_shapes(Actor.machine("places", [0]), rows=read_shapes(options["file"]), said=said)
                    self.stdout.write(f"已导入 {count} 个县（市、区）的图形，来源：{said.source}。")
                case "unmatched":
                    self._unmatched(options["file"])
                case _:
                    self._match(options["text"])
        except Invalid as error:
            raise CommandError("\n".join(_said(error))) from error
        except RendaError as error:
            raise CommandError(error.message) from error

    def _import(
        self, file: Path, as_of: date | None, rows: list[PlaceRow], *, abolish: bool, many_gone: bool = False
    ) -> None:
        said = published(file, as_of)
        self.stdout.write(f"{file.name}：{len(rows)} 条，截至 {said.as_of}，正在导入……")
        counts = place_import(
            Actor.machine("places", [0]),
            rows=rows,
            as_of=said.as_of,
            source=said.source,
            abolish=abolish,
            many_gone=many_gone,
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
        places = PlaceMatcher.of_database().find(text)
        for found in places:
            self.stdout.write(f"{found.place.code}\t{found.full_name}\t{found.why}")
        if not places:
            self.stdout.write("没有认出地点：文中没有地名，或者只有几处同名的地名，请连同乡镇或县（市、区）一起写。")
