"""Run benches one after another, each in a process of its own, and say at the end which promise was broken.

python -m bench              all of them
python -m bench todo engine  some
python -m bench million pages  one part of one: what is no bench is said to the bench before it
python -m bench --list
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# What is no bench but helps them.
HELPERS = {
    *("__init__", "__main__", "report", "databases", "statements", "site"),
    *("asking", "copies", "million_live", "million_upgrade"),
}


def names() -> list[str]:
    """The benches there are."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS)


def run(name: str, *parts: str) -> tuple[list[dict[str, Any]], int]:
    """Run one bench, pass its lines on, and give the figures with the exit status."""
    figures: list[dict[str, Any]] = []
    with subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}", *parts], cwd=HERE.parent, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            try:
                figures.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return figures, child.returncode


def main(arguments: list[str]) -> int:
    """0 when every figure kept its limit, 1 when one did not or a bench failed, 2 for an unknown name."""
    if "--list" in arguments:
        print("\n".join(names()))
        return 0
    wanted: list[list[str]] = [] if arguments else [[name] for name in names()]
    for word in arguments:
        if word in names():
            wanted.append([word])
        elif wanted:
            wanted[-1].append(word)
        else:
            print(f"no bench {word}; there are: {', '.join(names())}", file=sys.stderr)
            return 2
    broken: list[str] = []
    for name, *parts in wanted:
        figures, status = run(name, *parts)
        broken += [f"{name}: {one.get('figure')}" for one in figures if one.get("held") is False]
        if status and not any(one.get("held") is False for one in figures):
            broken.append(f"{name}: ended with status {status}")
    for one in broken:
        print(f"not held: {one}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
