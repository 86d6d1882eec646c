"""``renda search reindex``: make the search documents of all congresses anew from their rows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from renda.kernel.search import subjects


class Command(BaseCommand):
    help = "检索：reindex 按现有数据重建全部检索内容（可中断，再次运行接着做）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        reindex = verbs.add_parser("reindex", help="重建全部检索内容，不影响使用")
        reindex.add_argument("--restart", action="store_true", help="不接着上次中断处，从头开始")

    def handle(self, *args: Any, **options: Any) -> None:
        mark = Path(settings.RENDA_DATA_DIR) / "reindex.json"
        if options["restart"]:
            mark.unlink(missing_ok=True)
        reached: dict[str, int] = json.loads(mark.read_text(encoding="ascii")) if mark.exists() else {}
        for kind in sorted(subjects.SEARCHED):
            self._reindex(kind, reached, mark)
        mark.unlink(missing_ok=True)
        self.stdout.write("检索内容已重建。")

    def _reindex(self, kind: str, reached: dict[str, int], mark: Path) -> None:
        title = subjects.SEARCHED[kind].model._meta.verbose_name
        last = reached.get(kind, 0)
        total, done = subjects.waiting(kind, last), 0
        self.stdout.write(f"{title}：{'接着上次，' if last else ''}{total:,} 件")
        while True:
            last, rows = subjects.reindex(kind, last)
            if not rows:
                return
            done += rows
            # Rows that come in meanwhile write their documents themselves, and are counted all the same.
            self.stdout.write(f"  {done:,} / {max(total, done):,}")
            reached[kind] = last
            _write(mark, reached)


def _write(mark: Path, reached: dict[str, int]) -> None:
    half = mark.with_suffix(".new")
    half.write_text(json.dumps(reached), encoding="ascii")
    half.replace(mark)
