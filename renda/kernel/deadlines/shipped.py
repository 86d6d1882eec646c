"""Rules that come with the project: ``deadlines.csv`` in any app's folder, loaded after every migrate.

Columns: key, title, place, amount, unit, from_event, law, version, article, valid_from, valid_to, note. An empty
amount means that the source names no figure. A rule is told by key, place and valid_from; what an administrator
entered for a tenant is a row of its own and is never touched.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

from django.apps import apps
from django.db import transaction

from renda.kernel.deadlines import store
from renda.kernel.deadlines.models import DeadlineRule
from renda.kernel.deadlines.rules import UNITS, Rule

FILE_NAME = "deadlines.csv"
_COLUMNS = tuple(column.name for column in fields(Rule) if column.name != "tenant_id")


def shipped_files() -> Iterator[Path]:
    """The data files of all installed apps, in the order of the apps."""
    for config in apps.get_app_configs():
        path = Path(config.path) / FILE_NAME
        if path.is_file():
            yield path


def read_rules(path: Path) -> list[Rule]:
    """The rules of one file.

    Raises:
        ValueError: a line that is not a rule, or a key, place and date that stand twice; names file and line.
    """
    rules: dict[tuple[str, str, date | None], Rule] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if set(reader.fieldnames or ()) != set(_COLUMNS):
            raise ValueError(f"{path}: columns must be {', '.join(_COLUMNS)}")
        for row in reader:
            try:
                rule = _rule(row)
            except (ValueError, TypeError, AttributeError) as error:
                raise ValueError(f"{path}:{reader.line_num}: {error}") from error
            name = (rule.key, rule.place, rule.valid_from)
            if name in rules:
                raise ValueError(f"{path}:{reader.line_num}: {rule.key} stands twice")
            rules[name] = rule
    return list(rules.values())


def _rule(row: dict[str, str]) -> Rule:
    unit = next((unit for unit in UNITS if unit == row["unit"]), None)
    if unit is None:
        raise ValueError(f"unknown unit {row['unit']!r}")
    if not row["key"] or not row["title"]:
        raise ValueError("a rule needs a key and a title")
    return Rule(
        key=row["key"],
        title=row["title"],
        amount=int(row["amount"]) if row["amount"] else None,
        unit=unit,
        from_event=row["from_event"],
        law=row["law"],
        version=row["version"],
        article=row["article"],
        place=row["place"],
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        note=row["note"],
    )


def load_shipped(paths: Iterable[Path] | None = None, *, using: str = "default") -> int:
    """Make the shipped rows say what the files say; returns how many rules the files hold."""
    rules = [rule for path in (shipped_files() if paths is None else paths) for rule in read_rules(path)]
    wanted = {(rule.key, rule.place, rule.valid_from): rule for rule in rules}
    if len(wanted) < len(rules):
        raise ValueError("a shipped deadline rule stands in two files")
    table = DeadlineRule.objects.using(using)
    with transaction.atomic(using=using):
        kept = {(row.key, row.place, row.valid_from): row for row in table.filter(is_shipped=True)}
        table.filter(id__in=[row.id for name, row in kept.items() if name not in wanted]).delete()
        table.bulk_create(
            [
                DeadlineRule(
                    **{column: getattr(rule, column) for column in _COLUMNS},
                    is_shipped=True,
                    **({"id": kept[name].id} if name in kept else {}),
                )
                for name, rule in wanted.items()
            ],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_COLUMNS,
        )
    store.forget()
    return len(rules)
