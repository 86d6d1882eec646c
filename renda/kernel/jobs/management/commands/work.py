from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from renda.kernel.jobs.worker import work


class Command(BaseCommand):
    help = "后台任务进程(由 renda serve 启动)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="同时进行的任务数")
        parser.add_argument("--once", action="store_true", help="做完等待中的任务即退出")

    def handle(self, *args: Any, concurrency: int, once: bool, **options: Any) -> None:
        asyncio.run(work(concurrency=concurrency, wait=not once))
