"""``renda messages classify FILE``: propose a category for each message of a CSV file."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from renda.voice.sorter.classify import classify
from renda.voice.sorter.table import TableError, read_rows, write_csv

HELP = "给 CSV 中的每件留言提出类别（列 subject、body），按原顺序输出 category、runner_up、reasons"


def add_arguments(parser: ArgumentParser) -> None:
    """The file to read and, unless standard output is wanted, the file to write."""
    parser.add_argument("file", type=Path, help="CSV 文件，须有 subject、body 两列")
    parser.add_argument("--output", type=Path, help="写入这个文件（默认写到标准输出）")


def handle(options: Mapping[str, Any]) -> None:
    """Write one row a message, in the order of the file, as it is read."""
    try:
        messages = read_rows(options["file"], ("subject", "body"))
    except TableError as error:
        raise CommandError(str(error)) from error
    verdicts = (classify(message["subject"], message["body"]) for message in messages)
    rows = ((verdict.category, verdict.runner_up, "；".join(verdict.reasons)) for verdict in verdicts)
    columns = ("category", "runner_up", "reasons")
    if options["output"] is None:
        write_csv(sys.stdout, columns, rows)
        return
    try:
        with options["output"].open("w", encoding="utf-8", newline="") as file:
            write_csv(file, columns, rows)
    except OSError as error:
        raise CommandError(f"无法写入 {options['output']}：{error.strerror}") from error
