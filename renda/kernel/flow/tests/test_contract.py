"""The contract's page: every test it names is there, every file too, and its example is a sound flow."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from renda.kernel.flow.checker import check
from renda.kernel.flow.definition import parse
from renda.kernel.flow.tests.test_checker import RULES, SUBJECT

HERE = Path(__file__).parent
PAGES = HERE.parents[3] / "docs" / "capabilities"
CONTRACT = (PAGES / "flow-contract.md").read_text(encoding="utf-8")


def _tests() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in HERE.glob("test_*.py"))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_named_in_the_contract_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", CONTRACT))
    assert len(named) > 80
    assert named <= _tests()


def test_every_file_named_in_the_contract_is_there() -> None:
    named = set(re.findall(r"`((?:engine/|web/)?\w+\.py)`", CONTRACT))
    assert named
    assert [name for name in sorted(named) if not (HERE.parent / name).is_file()] == []


def test_the_example_in_the_page_is_a_sound_flow() -> None:
    text = (PAGES / "flow.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert check(parse(example), SUBJECT, rules=RULES) == []
