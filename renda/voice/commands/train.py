"""``renda messages train FILE``: learn the sorter's weights from labelled messages."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from renda.voice.sorter.categories import first_level
from renda.voice.sorter.model import WEIGHTS_FILE, save
from renda.voice.sorter.table import TableError, read_rows

HELP = "用已分类的留言训练分类模型（列 subject、body、category），并报告交叉验证的准确率"


def add_arguments(parser: ArgumentParser) -> None:
    """Labelled file, optional unlabelled files, where the weights go, how often to cross-validate."""
    parser.add_argument("file", type=Path, help="CSV 文件，须有 subject、body、category 三列")
    parser.add_argument("--unlabelled", type=Path, action="append", default=[], help="未分类的留言，可给多次")
    parser.add_argument("--output", type=Path, default=WEIGHTS_FILE, help="权重文件（.npz）")
    parser.add_argument("--repeats", type=int, default=10, help="五折交叉验证重复几次，0 为不验证")


def handle(options: Mapping[str, Any]) -> None:
    """Train, cross-validate, write the weights; figures go to standard error."""
    try:
        from renda.voice.sorter import train as trainer
    except ModuleNotFoundError as error:
        raise CommandError("训练需要 scikit-learn：请安装 renda[train]。") from error
    try:
        known = [trainer.Labelled(**row) for row in _labelled(options["file"])]
        unlabelled = [
            (row["subject"], row["body"])
            for path in options["unlabelled"]
            for row in read_rows(path, ("subject", "body"))
        ]
        weights = trainer.train(known, trainer.Background.of(trainer.without(unlabelled, known)))
        if options["repeats"] > 0:
            measured, scores = trainer.cross_validate(known, unlabelled, repeats=options["repeats"])
            weights = trainer.calibrated(weights, scores, [row.category for row in known])
            sys.stderr.write(f"{measured.sentence()}\n")
    except ValueError as error:
        raise CommandError(str(error)) from error
    save(weights, options["output"])
    size = options["output"].stat().st_size / 1024
    sys.stderr.write(f"已写入 {options['output']}（{size:.0f} KB，{len(weights.ngrams)} 个字串）\n")


def _labelled(path: Path) -> list[dict[str, str]]:
    """The rows that carry a category; raises TableError when one is not in the tree."""
    rows = [row for row in read_rows(path, ("subject", "body", "category")) if row["category"].strip()]
    unknown = sorted({row["category"] for row in rows} - set(first_level()))
    if unknown:
        raise TableError(f"类别不在类别表中：{'、'.join(unknown)}")
    return rows
