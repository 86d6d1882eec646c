"""The tree of categories (``data/categories.csv``: 15 first-level, 103 second-level, 517 third-level names)."""

import csv
from functools import lru_cache
from pathlib import Path

CATEGORIES_FILE = Path(__file__).resolve().parent.parent / "data" / "categories.csv"
#: The tree's name for "none of these"; it says nothing about a text.
OTHER = "其他"

Tree = dict[str, dict[str, tuple[str, ...]]]


@lru_cache(maxsize=1)
def categories() -> Tree:
    """First-level name -> second-level name -> third-level names, in the order of the file."""
    tree: dict[str, dict[str, list[str]]] = {}
    with CATEGORIES_FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            tree.setdefault(row["level1"], {}).setdefault(row["level2"], []).append(row["level3"])
    return {first: {second: tuple(third) for second, third in below.items()} for first, below in tree.items()}


def first_level() -> tuple[str, ...]:
    """The first-level names."""
    return tuple(categories())


def samples() -> list[tuple[str, str]]:
    """``(first-level name, second + third name)`` of every leaf that says something: extra samples for training."""
    found = []
    for first, below in categories().items():
        for second, thirds in below.items():
            for third in thirds:
                name = "".join(part for part in (second, third) if part != OTHER)
                if name:
                    found.append((first, name))
    return found
