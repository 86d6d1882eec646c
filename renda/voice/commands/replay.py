"""``renda messages replay FILE``: drive messages with their real answers through the real actions."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from renda.kernel.audit.jobs import seal
from renda.kernel.errors import RendaError
from renda.kernel.flow import turns
from renda.voice.figures import read_messages
from renda.voice.replay_people import People, congress_named
from renda.voice.replaying import Replay, items_of, stored_figures
from renda.voice.sorter.table import TableError

HELP = "把带答复的历史留言按原来的时间走一遍真实流程，输出一个 JSON 对象；可重复运行，不会重复导入"


def add_arguments(parser: ArgumentParser) -> None:
    """The file, the congress that keeps the history, and whether each act is done on its own."""
    parser.add_argument(
        "file", type=Path, help="Parquet 或 CSV 文件（id、user、created_at、subject、body、reply、replied_at）"
    )
    parser.add_argument("--congress", default="", metavar="名称", help="存入哪个人大（全称或地名），默认为本站最高一级")
    parser.add_argument("--single", action="store_true", help="逐件逐步办理，不用成批形式")


def handle(options: Mapping[str, Any]) -> None:
    """Replay, seal the trail, and print the figures of the stored rows."""
    try:
        messages = read_messages(options["file"])
        congress = congress_named(options["congress"])
        items = items_of(messages, congress.tenant_id)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # The site's clock would find replayed cases overdue as of today.
        with turns.history([congress.tenant_id]), Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"导入{congress.name}", total=len(items))
            replay = Replay(People.of(congress), items, lambda number: progress.advance(bar, number))
            if options["single"]:
                replay.run_singly()
            else:
                replay.run()
    except TableError as error:
        raise CommandError(str(error)) from error
    except RendaError as error:
        raise CommandError(error.message) from error
    seal()
    sys.stdout.write(json.dumps(asdict(stored_figures(items, congress.tenant_id))) + "\n")
