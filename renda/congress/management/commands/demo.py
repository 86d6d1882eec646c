"""``renda demo``: build the demo city, then let each capability add what it shows in it."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from renda.congress.demo.reset import empty_city
from renda.kernel.errors import RendaError
from renda.kernel.exchange.api import reconcile


class Command(BaseCommand):
    help = "建立演示城市（可重复运行；--reset 清空后重建）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="先清空演示城市（会再次询问）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["reset"]:
                answer = input("将删除演示城市的全部数据，包括其中的留言和办理记录。确认请输入“清空”：")
                if answer.strip() != "清空":
                    raise CommandError("没有清空，什么都没有改动。")
                empty_city(self.stdout.write)
            for name in self._capabilities():
                import_module(f"{name}.demo").build(self.stdout.write)
            self.stdout.write("正在发布到公众区……")
            changed = reconcile()
            self.stdout.write(f"已发布：{sum(changed.values()):,} 项。")
        except RendaError as error:
            raise CommandError(error.message) from error

    def _capabilities(self) -> list[str]:
        """Capabilities with a ``demo`` module, in the order of the installed apps: each may build on those before."""
        names = [config.name for config in apps.get_app_configs() if config.name.startswith("renda.")]
        return [name for name in names if find_spec(f"{name}.demo") is not None]
