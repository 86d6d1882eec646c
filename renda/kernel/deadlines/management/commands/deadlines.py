"""``renda deadlines``: load a year's holidays, list years and rules."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.kernel import clock
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.deadlines import api, store
from renda.kernel.deadlines.actions import calendar_load_year
from renda.kernel.deadlines.arrangement import read_arrangement
from renda.kernel.deadlines.calendar import LIBRARY
from renda.kernel.deadlines.jobs import waiting_years
from renda.kernel.deadlines.loading import library_arrangement
from renda.kernel.errors import RendaError
from renda.kernel.parties import Actor


class Command(BaseCommand):
    help = "工作日历与办理期限：load-year 载入一年的节假日安排，years 查看已公布年份，rules 列出期限规则。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load-year", help="载入一年的节假日安排，并重新计算暂定期限")
        load.add_argument("year", type=int)
        load.add_argument("--file", type=Path, help="通知全文或表格（UTF-8 文本、CSV）；不给则用随系统附带的日历")
        verbs.add_parser("years", help="查看今年和明年的安排是否已公布")
        verbs.add_parser("rules", help="列出全部期限规则及其依据")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["verb"]:
            case "load-year":
                self._load_year(options["year"], options["file"])
            case "years":
                for year in (clock.today().year, clock.today().year + 1):
                    self.stdout.write(f"{year}年：{'已公布' if api.is_published(year) else api.PENDING}")
            case "rules":
                self._rules()

    def _load_year(self, year: int, path: Path | None) -> None:
        try:
            if path is None:
                days, source = library_arrangement(year), LIBRARY
            else:
                days, source = read_arrangement(path.read_text(encoding="utf-8-sig"), year, path.name), path.name
            calendar_load_year(Actor.machine("deadlines", [NO_TENANT]), year=year, days=days, source=source)
        except RendaError as error:
            raise CommandError(error.message) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"无法读取 {path}：{error}") from error
        self.stdout.write(f"{year}年节假日安排已载入：{len(days)}天。")
        count = waiting_years().total()
        self.stdout.write(f"{count} 个暂定时限由后台任务重新计算。" if count else "没有暂定的时限。")

    def _rules(self) -> None:
        for key, rules in sorted(store.snapshot().rules.items()):
            for rule in sorted(rules, key=lambda rule: (rule.tenant_id or 0, rule.place)):
                where = f"租户{rule.tenant_id}" if rule.tenant_id else rule.place or "全国"
                self.stdout.write(f"{key}\t{where}\t{rule.title}\t{rule.figure}\t{rule.citation}")
