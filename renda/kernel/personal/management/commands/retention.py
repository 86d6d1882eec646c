"""``renda retention``: what has passed its time is cleared; what must stay although it has, is held."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.kernel.errors import RendaError
from renda.kernel.personal.actions import personal_hold, personal_release
from renda.kernel.personal.declared import matter_of, title_of
from renda.kernel.personal.models import Hold
from renda.kernel.personal.running import counts, everywhere, run
from renda.kernel.tenancy import tenant_transaction


class Command(BaseCommand):
    help = "个人信息保存期限：run 清除到期的（--dry-run 只报数量，可中断后再运行），hold 保全一个事项，release 解除，list 列出保全"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("run", help="清除到期的").add_argument("--dry-run", action="store_true", help="只报数量")
        hold = verbs.add_parser("hold", help="保全一个事项，在解除前不清除")
        hold.add_argument("number", help="受理编号")
        hold.add_argument("--reason", required=True, help="事由")
        verbs.add_parser("release", help="解除保全").add_argument("number", help="受理编号")
        verbs.add_parser("list", help="列出保全中的事项")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match options["verb"]:
                case "run":
                    self._run(options["dry_run"])
                case "hold":
                    personal_hold(everywhere(), number=options["number"], reason=options["reason"])
                    self.stdout.write(f"{options['number']}：已保全。")
                case "release":
                    self._release(options["number"])
                case _:
                    self._list()
        except RendaError as error:
            raise CommandError(error.message) from error

    def _run(self, dry_run: bool) -> None:  # noqa: FBT001 - argparse gives it so
        for rule, count in counts() if dry_run else run():
            names = "、".join(title_of(rule.held.model, name) for name in rule.names)
            done = "到期" if dry_run else "已清除"
            self.stdout.write(f"{rule.held.title}（{names}）：{done} {count:,} 条")

    def _release(self, number: str) -> None:
        actor = everywhere()
        with tenant_transaction(actor.tenants):
            found = matter_of(number)
            hold = Hold.objects.filter(case_id=found[0], released_at=None).first() if found else None
        if hold is None:
            raise CommandError(f"{number} 没有保全。")
        personal_release(actor, hold.pk)
        self.stdout.write(f"{number}：已解除保全。")

    def _list(self) -> None:
        with tenant_transaction(everywhere().tenants):
            for hold in Hold.objects.filter(released_at=None).select_related("case").order_by("held_at"):
                self.stdout.write(f"{hold.held_at:%Y-%m-%d}\t{hold.case.title}\t{hold.reason}")
