"""``renda flow check FILE…``, ``renda flow publish``, ``renda flow list``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from renda.kernel.flow import library
from renda.kernel.flow.definition import parse
from renda.kernel.flow.fields import FlowSyntaxError, Problem
from renda.kernel.flow.models import FlowDefinition
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant


class Command(BaseCommand):
    help = "检查、发布、列出流程"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="检查流程文件，逐行指出问题")
        check.add_argument("files", nargs="*", type=Path, help="流程文件；不写则检查系统自带的全部流程")
        verbs.add_parser("publish", help="发布系统自带的流程中有变化的")
        verbs.add_parser("list", help="列出正在使用的流程")

    def handle(self, *args: Any, verb: str, files: list[Path] | None = None, **options: Any) -> None:
        """Run one verb; a faulty flow ends with exit code 1."""
        match verb:
            case "check":
                self._check(files or list(library.shipped_files()))
            case "publish":
                self._publish()
            case _:
                self._list()

    def _check(self, files: list[Path]) -> None:
        everybody = list(Tenant.objects.filter(is_active=True).order_by("path"))
        faulty = 0
        with tenant_transaction([tenant.id for tenant in everybody]):
            for path in files:
                problems = self._problems(path, everybody)
                faulty += bool(problems)
                for problem in problems:
                    self.stdout.write(f"{path.name}：{problem}")
                if not problems:
                    self.stdout.write(f"{path.name}：没有问题")
        if faulty:
            raise CommandError(f"{faulty} 个流程文件有问题")

    @staticmethod
    def _problems(path: Path, everybody: list[Tenant]) -> list[Problem]:
        try:
            return library.problems_of(parse(path.read_text(encoding="utf-8")), tenants=everybody)
        except FlowSyntaxError as error:
            return list(error.problems)
        except OSError as error:
            raise CommandError(f"读不了 {path}：{error.strerror}") from error

    def _publish(self) -> None:
        try:
            results = library.publish_shipped()
        except FlowSyntaxError as error:
            raise CommandError(f"流程有问题，没有发布：\n{error}") from error
        for one in results:
            self.stdout.write(f"{one.key} 第 {one.version} 版{'，新发布' if one.is_new else '，没有变化'}")

    def _list(self) -> None:
        rows = FlowDefinition.objects.filter(retired_at=None).select_related("tenant").order_by("key", "tenant_id")
        for row in rows:
            state = "使用中" if row.published_at else "修改稿"
            owner = row.tenant.name if row.tenant else "系统自带"
            self.stdout.write(f"{row.key}\t{row.title}\t{owner}\t第 {row.version} 版\t{state}")
