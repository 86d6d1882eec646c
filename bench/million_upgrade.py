"""t"""

from __future__ import annotations


def measure(*_: object) -> None: ...
