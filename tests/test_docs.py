"""What the documents say is there: links, pictures, and every command that a reader is told to type."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandParser

from bench.__main__ import names as benches
from renda.site.command import _verbs
from tests.test_architecture import HOUSE, tracked

DOCUMENTS = sorted(name for name in tracked() if name.endswith(".md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|<img[^>]+src=\"([^\"]+)\"")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`((?:make|renda|python -m renda|\.venv/bin/renda) [^`]+)`(?!`)")


def text(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    """The text without its code blocks."""
    return FENCE.sub("", text(name))


@cache
def targets() -> frozenset[str]:
    """The targets of the Makefile."""
    return frozenset(re.findall(r"^([a-z][\w-]*):", text("Makefile"), re.MULTILINE))


def commands(name: str) -> Iterator[str]:
    """The lines in shell blocks, and what stands in the prose as a command of ours."""
    for language, block in FENCE.findall(text(name)):
        if language in {"", "sh", "shell", "bash", "console"}:
            for line in block.splitlines():
                typed = line.strip().removeprefix("$ ")
                if re.match(r"(?:make|renda|python -m (?:renda|bench)|\.venv/bin/renda)\b(?! ?[─│├└:])", typed):
                    yield typed.partition(" #")[0].strip()
    yield from INLINE.findall(prose(name))


TYPED = sorted({(name, line) for name in DOCUMENTS for line in commands(name)})


def subcommands(verb: str) -> set[str]:
    """The second words that a management command knows."""
    command = load_command_class(get_commands()[verb], verb)
    parser: CommandParser = command.create_parser("renda", verb)
    choices = [action.choices for action in parser._actions if isinstance(action.choices, dict)]
    return {word for found in choices for word in found}


def wrong_with(line: str) -> str:
    """Why nobody can type this line; empty when everything in it exists."""
    words = re.sub(r"^(?:python -m renda|\.venv/bin/renda)\b", "renda", line).split()
    match words:
        case ["make", *rest]:
            unknown = [word for word in rest if "=" not in word and not word.startswith("-") and word not in targets()]
            return f"no target {unknown}" if unknown else ""
        case ["python", "-m", "bench", *rest]:
            unknown = [word for word in rest if not word.startswith(("-", "[")) and word not in benches()]
            return f"no bench {unknown}" if unknown else ""
        case ["renda"]:
            return ""
        case ["renda", verb, *rest]:
            if verb in _verbs() or verb in {"help", "-h", "--help"}:
                return ""
            if verb not in get_commands():
                return f"no verb {verb}"
            second = next((word for word in rest if re.fullmatch(r"[a-z][a-z_-]*", word)), "")
            known = subcommands(verb)
            return f"{verb} knows {sorted(known)}, not {second}" if known and second and second not in known else ""
    return "not a command"


def test_there_are_documents() -> None:
    assert {"README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/glossary.md"} <= set(DOCUMENTS)
    assert len(TYPED) > 10


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_and_picture_is_there(name: str) -> None:
    here = (HOUSE / name).parent
    missing = []
    for given in LINK.findall(prose(name)):
        target = next(filter(None, given))
        if re.match(r"[a-z]+:|//|#", target):
            continue
        path = here / target.partition("#")[0]
        if not path.exists():
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize(("name", "line"), TYPED)
def test_every_command_can_be_typed(name: str, line: str) -> None:
    assert wrong_with(line) == ""


def test_a_wrong_command_is_found() -> None:
    assert wrong_with("make nothing") == "no target ['nothing']"
    assert wrong_with("renda nothing") == "no verb nothing"
    assert wrong_with("renda audit nothing").startswith("audit knows")
    assert wrong_with("renda audit verify") == ""


@pytest.mark.parametrize("words", [[], ["help"], ["doctor", "--help"], ["audit", "--help"], ["messages", "--help"]])
def test_asking_for_help_helps(words: list[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "renda", *words], cwd=HOUSE, capture_output=True, text=True, check=False, timeout=60
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "renda" in told.stdout


def test_the_help_of_renda_names_what_there_is() -> None:
    from renda.site.command import HELP

    lines = [line.strip() for line in HELP.splitlines() if line.strip().startswith("renda ")]
    typed = [re.split(r"\s{2,}", line)[0] for line in lines if "——" not in line]
    assert len(typed) > 5
    assert [wrong_with(line) for line in typed] == [""] * len(typed)


def test_both_readmes_give_the_same_commands() -> None:
    english, chinese = (set(commands(name)) for name in ("README.md", "README.zh-CN.md"))
    assert {line for line in english if line.startswith("make")} >= {
        line for line in chinese if line.startswith("make")
    }


# --- what the assessor reads -----------------------------------------------------------------------------------------------

SHOWN = re.compile(r"\]\(([^)\s]+\.py)\)(?: `(test_\w+)`)?")


def test_every_point_of_the_security_table_is_shown_or_says_why_not() -> None:
    rows = [line.split(" | ") for line in text("docs/security-table.md").splitlines() if line.startswith("| ")]
    points = [row for row in rows if row[0] not in {"| point", "| ---"}]
    assert len(points) > 60
    unshown = [
        row[0]
        for row in points
        if len(row) != 3 or not (SHOWN.search(row[2]) or re.search(r"by operator|not applicable, because \w", row[2]))
    ]
    assert unshown == []


@pytest.mark.parametrize("name", ["docs/security-table.md", "docs/security.md"])
def test_a_test_that_is_named_exists(name: str) -> None:
    missing = []
    for path, function in SHOWN.findall(text(name)):
        file = (HOUSE / name).parent / path
        if not file.exists() or (function and f"def {function}(" not in file.read_text(encoding="utf-8")):
            missing.append((path, function))
    assert missing == []
